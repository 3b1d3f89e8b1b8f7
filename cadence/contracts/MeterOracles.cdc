import "BillingPeriod"
import "MeterReadings"
import "UsageBasedSubscriptions"

/// Who may hand in readings.
///
/// - `ReadingDesk`: where one oracle hands in readings. It lives in this account's storage at a path of its own; the
///   oracle holds a `SubmitReading` capability to it, claimed from this account's inbox.
/// - `OracleRegistry`: appoints oracles after the notice time and removes them at once. There is one, kept in
///   this account. Whoever holds it entitled is the admin.
///
/// Invariant: a reading reaches a vault only through a desk whose oracle is appointed, active and not removed.
access(all) contract MeterOracles {

    access(all) let RegistryStoragePath: StoragePath
    /// Where an oracle keeps its capability.
    access(all) let CapabilityStoragePath: StoragePath

    /// Hand in readings. Not: move FLOW elsewhere than towards a vault's provider.
    /// An oracle, in oracle/submit_readings.
    access(all) entitlement SubmitReading
    /// Appoint and remove oracles. Not: hand in readings. The admin, in admin/appoint_oracle and admin/remove_oracle.
    access(all) entitlement AppointOracle

    /// An account may claim its desk, and hand in readings from `activeFrom` (Unix seconds) on.
    access(all) event OracleAppointed(oracle: Address, activeFrom: UInt64)
    /// An account may no longer hand in readings.
    access(all) event OracleRemoved(oracle: Address)

    access(all) resource ReadingDesk {
        access(all) let oracle: Address
        access(all) let activeFrom: UInt64

        /// Settles what can be settled; a reading that can't is skipped with an event that says why.
        access(SubmitReading) fun updateUsageData(_ readings: [MeterReadings.Reading]) {
            pre {
                BillingPeriod.now() >= self.activeFrom:
                    "MeterOracles.ReadingDesk.updateUsageData: Cannot submit readings yet! The appointment acts from "
                        .concat(self.activeFrom.toString()).concat(". Try again after that time.")
            }
            UsageBasedSubscriptions.updateUsageData(readings, oracle: self.oracle)
        }

        init(oracle: Address, activeFrom: UInt64) {
            self.oracle = oracle
            self.activeFrom = activeFrom
        }
    }

    access(all) resource OracleRegistry {

        access(AppointOracle) fun appoint(_ oracle: Address) {
            pre {
                !MeterOracles.isOracle(oracle): "MeterOracles.OracleRegistry.appoint: Cannot appoint "
                    .concat(oracle.toString()).concat("! It is an oracle already. Nothing has to be done.")
            }
            let activeFrom = BillingPeriod.now() + UsageBasedSubscriptions.borrowTerms().noticeSeconds
            let account = MeterOracles.account
            let path = MeterOracles.deskStoragePath(oracle)
            account.storage.save(<- create ReadingDesk(oracle: oracle, activeFrom: activeFrom), to: path)
            account.inbox.publish(
                account.capabilities.storage.issue<auth(SubmitReading) &ReadingDesk>(path),
                name: MeterOracles.inboxName(oracle),
                recipient: oracle
            )
            emit OracleAppointed(oracle: oracle, activeFrom: activeFrom)
        }

        access(AppointOracle) fun remove(_ oracle: Address) {
            pre {
                MeterOracles.isOracle(oracle): "MeterOracles.OracleRegistry.remove: Cannot remove "
                    .concat(oracle.toString()).concat("! It is not an oracle. Check the address.")
            }
            let account = MeterOracles.account
            let path = MeterOracles.deskStoragePath(oracle)
            account.inbox.unpublish<auth(SubmitReading) &ReadingDesk>(MeterOracles.inboxName(oracle))
            for controller in account.capabilities.storage.getControllers(forPath: path) {
                controller.delete()
            }
            destroy account.storage.load<@ReadingDesk>(from: path)
            emit OracleRemoved(oracle: oracle)
        }
    }

    /// Whether an account was appointed and not removed.
    access(all) view fun isOracle(_ address: Address): Bool {
        return self.account.storage.type(at: self.deskStoragePath(address)) == Type<@ReadingDesk>()
    }

    access(all) view fun inboxName(_ oracle: Address): String {
        return "MeterOracles.desk.".concat(oracle.toString())
    }

    access(self) view fun deskStoragePath(_ oracle: Address): StoragePath {
        return StoragePath(identifier: "MeterOraclesDesk".concat(oracle.toString()))!
    }

    init() {
        self.RegistryStoragePath = /storage/MeterOraclesRegistry
        // The address keeps deployments apart.
        let identifier = "MeterOraclesDeskOf".concat(self.account.address.toString())
        self.CapabilityStoragePath = StoragePath(identifier: identifier)!
        self.account.storage.save(<- create OracleRegistry(), to: self.RegistryStoragePath)
    }
}
