import "BillingPeriod"
import "FlareFDCTriggers"
import "MeterReadings"
import "UsageBasedSubscriptions"

/// Who may hand in readings.
///
/// - `ReadingDesk`: where one oracle hands in readings. It lives in this account's storage at a path of its own; the
///   oracle holds a `SubmitReading` capability to it, claimed from this account's inbox.
/// - `OracleRegistry`: appoints oracles after the notice time and removes them at once. There is one, kept in
///   this account. Whoever holds it entitled is the admin.
///
/// Invariant: a reading reaches a vault only through a desk whose oracle is appointed, active and not removed, and only
/// if the key that the oracle was appointed with signed it: a stolen capability is worth nothing without the key, a
/// stolen key nothing without the capability.
access(all) contract MeterOracles {

    access(all) let RegistryStoragePath: StoragePath
    /// Where an oracle keeps its capability.
    access(all) let CapabilityStoragePath: StoragePath

    /// Hand in signed readings. Not: move FLOW elsewhere than towards a vault's provider.
    /// An oracle, in oracle/submit_readings.
    access(all) entitlement SubmitReading
    /// Appoint and remove oracles. Not: hand in readings. The admin, in admin/appoint_oracle and admin/remove_oracle.
    access(all) entitlement AppointOracle

    /// An account may claim its desk, and hand in readings from `activeFrom` (Unix seconds) on.
    access(all) event OracleAppointed(oracle: Address, publicKey: String, activeFrom: UInt64)
    /// An account may no longer hand in readings.
    access(all) event OracleRemoved(oracle: Address)

    access(all) resource ReadingDesk {
        access(all) let oracle: Address
        access(all) let activeFrom: UInt64
        /// The P-256 point that signs its readings, 64 bytes.
        access(all) let publicKey: [UInt8]

        /// Settles what can be settled; a reading that can't is skipped with an event that says why.
        access(SubmitReading) fun updateUsageData(
            _ readings: [MeterReadings.Reading],
            signatures: [FlareFDCTriggers.OracleSignature]
        ) {
            pre {
                BillingPeriod.now() >= self.activeFrom:
                    "MeterOracles.ReadingDesk.updateUsageData: Cannot submit readings yet! The appointment acts from "
                        .concat(self.activeFrom.toString()).concat(". Try again after that time.")
                readings.length == signatures.length:
                    "MeterOracles.ReadingDesk.updateUsageData: Cannot submit readings! There are "
                        .concat(readings.length.toString()).concat(" readings and ")
                        .concat(signatures.length.toString()).concat(" signatures. Sign each.")
            }
            let triggers: [FlareFDCTriggers.Trigger] = []
            for i, reading in readings {
                triggers.append(FlareFDCTriggers.Trigger(
                    type: FlareFDCTriggers.TriggerType.DefiProtocolEvent, payload: reading, proof: signatures[i]
                ))
            }
            FlareFDCTriggers.getRegistryRef().dispatchSigned(
                handlerId: UsageBasedSubscriptions.handlerId,
                triggers: triggers,
                oracle: self.oracle,
                key: MeterOracles.keyOf(self.publicKey)
            )
        }

        init(oracle: Address, publicKey: [UInt8], activeFrom: UInt64) {
            self.oracle = oracle
            self.publicKey = publicKey
            self.activeFrom = activeFrom
        }
    }

    access(all) resource OracleRegistry {

        /// Appoints an oracle with the key that signs its readings: a P-256 point of 128 hex digits, whose private key
        /// it keeps. Another key is another appointment.
        access(AppointOracle) fun appoint(_ oracle: Address, publicKey: String) {
            pre {
                MeterOracles.isKey(publicKey): "MeterOracles.OracleRegistry.appoint: Cannot appoint "
                    .concat(oracle.toString()).concat("! Its public key is not 128 hexadecimal digits. ")
                    .concat("Give the P-256 point without its leading 04.")
                !MeterOracles.isOracle(oracle): "MeterOracles.OracleRegistry.appoint: Cannot appoint "
                    .concat(oracle.toString()).concat("! It is an oracle already. Nothing has to be done.")
            }
            post {
                MeterOracles.isOracle(oracle):
                    "MeterOracles.OracleRegistry.appoint: Cannot appoint! The appointment would be lost."
            }
            let activeFrom = BillingPeriod.now() + UsageBasedSubscriptions.borrowTerms().noticeSeconds
            let account = MeterOracles.account
            let path = MeterOracles.deskStoragePath(oracle)
            let key = publicKey.decodeHex()
            // Fails here, and not at each reading, for a number pair that is no point.
            MeterOracles.keyOf(key)
            account.storage.save(
                <- create ReadingDesk(oracle: oracle, publicKey: key, activeFrom: activeFrom),
                to: path
            )
            account.inbox.publish(
                account.capabilities.storage.issue<auth(SubmitReading) &ReadingDesk>(path),
                name: MeterOracles.inboxName(oracle),
                recipient: oracle
            )
            emit OracleAppointed(oracle: oracle, publicKey: publicKey, activeFrom: activeFrom)
        }

        access(AppointOracle) fun remove(_ oracle: Address) {
            pre {
                MeterOracles.isOracle(oracle): "MeterOracles.OracleRegistry.remove: Cannot remove "
                    .concat(oracle.toString()).concat("! It is not an oracle. Check the address.")
            }
            post {
                !MeterOracles.isOracle(oracle): "MeterOracles.OracleRegistry.remove: Cannot remove! It would stay one."
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

    /// 64 bytes in hexadecimal.
    access(self) view fun isKey(_ text: String): Bool {
        let bytes = text.utf8
        if bytes.length != 128 { return false }
        for byte in bytes {
            let letter = byte >= 97 && byte <= 102 || byte >= 65 && byte <= 70
            if !letter && !(byte >= 48 && byte <= 57) { return false }
        }
        return true
    }

    access(contract) view fun keyOf(_ bytes: [UInt8]): PublicKey {
        return PublicKey(publicKey: bytes, signatureAlgorithm: SignatureAlgorithm.ECDSA_P256)
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
