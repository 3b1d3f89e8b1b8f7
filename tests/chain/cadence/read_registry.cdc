import "FlareFDCTriggers"

access(all) fun main(handlerId: String, subject: UInt64): [String] {
    let registry = FlareFDCTriggers.getRegistryRef()
    let types: [String] = []
    for type in registry.typesOf(handlerId) {
        types.append(type.rawValue.toString())
    }
    return [
        String.join(registry.handlerIds(), separator: ","),
        String.join(types, separator: ","),
        registry.lastSequence(handlerId, subject: subject)?.toString() ?? "none"
    ]
}
