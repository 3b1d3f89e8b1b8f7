// The Flow emulator, at the version that go.mod pins, with its default service key.
package main

import (
	"github.com/onflow/flow-emulator/cmd/emulator/start"
	"github.com/onflow/flow-emulator/emulator"
	"github.com/onflow/flow-go-sdk/crypto"
)

func serviceKey(
	_ bool,
	signing crypto.SignatureAlgorithm,
	hashing crypto.HashAlgorithm,
) (crypto.PrivateKey, crypto.SignatureAlgorithm, crypto.HashAlgorithm) {
	if signing == crypto.UnknownSignatureAlgorithm {
		signing = emulator.DefaultServiceKeySigAlgo
	}
	if hashing == crypto.UnknownHashAlgorithm {
		hashing = emulator.DefaultServiceKeyHashAlgo
	}
	key := emulator.GenerateDefaultServiceKey(signing, hashing)
	return key.PrivateKey, key.SigAlgo, key.HashAlgo
}

func main() {
	if err := start.Cmd(serviceKey).Execute(); err != nil {
		start.Exit(1, err.Error())
	}
}
