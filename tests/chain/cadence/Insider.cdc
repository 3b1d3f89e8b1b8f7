import "FlowToken"
import "MeterReadings"
import "UsageBasedSubscriptions"
import "UsagePricing"
import "VaultUsage"

/// Another contract of the account's, which may call what only the account's contracts may, and errs.
access(all) contract Insider {

    access(all) fun refund(vaultId: UInt64, amount: UFix64): @FlowToken.Vault {
        return <- UsageBasedSubscriptions.vaultOf(vaultId)!.funds.refund(amount)
    }

    access(all) fun pay(vaultId: UInt64, amount: UFix64): @FlowToken.Vault {
        return <- UsageBasedSubscriptions.vaultOf(vaultId)!.funds.pay(amount)
    }

    access(all) fun accrue(vaultId: UInt64, amount: UFix64) {
        UsageBasedSubscriptions.vaultOf(vaultId)!.funds.accrue(amount)
    }

    /// Settles a reading past all that decides over it.
    access(all) fun settle(vaultId: UInt64, period: UInt32, sequence: UInt64, scheduleVersion: UInt64) {
        let usage = UsageBasedSubscriptions.vaultOf(vaultId)!.usage
        usage.settle(
            VaultUsage.Settlement(
                reading: MeterReadings.Reading(
                    vaultId: vaultId, period: period, sequence: sequence, models: [], tokens: [], root: "",
                    eventCount: 0
                ),
                tierBefore: nil,
                price: UsagePricing.Price(usd: 0.0, tier: "", totalTokens: 0),
                charge: VaultUsage.Charge(dueUsd: 0.0, chargedUsd: 0.0, creditUsd: 0.0),
                flowDue: 0.0,
                meter: MeterReadings.PeriodMeter(period: period, scheduleVersion: scheduleVersion)
            ),
            graceSeconds: 0
        )
    }
}
