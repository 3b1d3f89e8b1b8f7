import "FlareFDCTriggers"

/// The ids of the handlers that triggers are dispatched to.
access(all) fun main(): [String] {
    return FlareFDCTriggers.getRegistryRef().handlerIds()
}
