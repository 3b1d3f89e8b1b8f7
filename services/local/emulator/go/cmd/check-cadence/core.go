package main

import (
	"github.com/onflow/flow-core-contracts/lib/go/contracts"
	"github.com/onflow/flow-core-contracts/lib/go/templates"
)

// Where the core contracts import each other from; any address does, as imports are resolved by name.
const anywhere = "0000000000000002"

// coreCode is the source of Flow's own contracts that may be imported, by name.
func coreCode() map[string][]byte {
	env := templates.Environment{
		ViewResolverAddress:               anywhere,
		BurnerAddress:                     anywhere,
		CryptoAddress:                     anywhere,
		FungibleTokenAddress:              anywhere,
		NonFungibleTokenAddress:           anywhere,
		MetadataViewsAddress:              anywhere,
		FungibleTokenMetadataViewsAddress: anywhere,
		FungibleTokenSwitchboardAddress:   anywhere,
		FlowTokenAddress:                  anywhere,
		FlowFeesAddress:                   anywhere,
		StorageFeesAddress:                anywhere,
	}
	return map[string][]byte{
		"Burner":                     contracts.Burner(),
		"Crypto":                     contracts.Crypto(),
		"ViewResolver":               contracts.ViewResolver(),
		"FungibleToken":              contracts.FungibleToken(env),
		"FungibleTokenMetadataViews": contracts.FungibleTokenMetadataViews(env),
		"FungibleTokenSwitchboard":   contracts.FungibleTokenSwitchboard(env),
		"NonFungibleToken":           contracts.NonFungibleToken(env),
		"MetadataViews":              contracts.MetadataViews(env),
		"FlowToken":                  contracts.FlowToken(env),
		"FlowFees":                   contracts.FlowFees(env),
		"FlowStorageFees":            contracts.FlowStorageFees(env),
	}
}
