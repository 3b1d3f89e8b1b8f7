package main

import (
	"fmt"

	"github.com/onflow/cadence/ast"
	"github.com/onflow/cadence/common"
	"github.com/onflow/cadence/sema"
)

func (w *world) config() *sema.Config {
	return &sema.Config{
		AccessCheckMode: sema.AccessCheckModeStrict,
		BaseValueActivationHandler: func(location common.Location) *sema.VariableActivation {
			if _, ok := location.(common.ScriptLocation); ok {
				return w.script
			}
			return w.values
		},
		LocationHandler: w.resolve,
		ImportHandler:   w.load,
	}
}

// resolve turns `import "A"`, `import A` and `import A, B from 0x01` into one contract location per name.
func (w *world) resolve(identifiers []ast.Identifier, location common.Location) ([]sema.ResolvedLocation, error) {
	switch written := location.(type) {
	case common.StringLocation:
		identifiers = []ast.Identifier{{Identifier: string(written)}}
	case common.IdentifierLocation:
		identifiers = []ast.Identifier{{Identifier: string(written)}}
	}
	var resolved []sema.ResolvedLocation
	for _, identifier := range identifiers {
		target, err := w.locate(identifier.Identifier)
		if err != nil {
			return nil, err
		}
		resolved = append(resolved, sema.ResolvedLocation{
			Location:    target,
			Identifiers: []ast.Identifier{identifier},
		})
	}
	return resolved, nil
}

func (w *world) locate(name string) (common.AddressLocation, error) {
	if _, ok := w.own[name]; ok {
		return common.AddressLocation{Address: ownAccount, Name: name}, nil
	}
	if _, ok := w.core[name]; ok {
		return common.AddressLocation{Address: coreAccount, Name: name}, nil
	}
	return common.AddressLocation{}, fmt.Errorf("no contract %q among the files, nor in Flow's core contracts", name)
}

func (w *world) load(_ *sema.Checker, location common.Location, _ ast.Range) (sema.Import, error) {
	contract, ok := location.(common.AddressLocation)
	if !ok {
		return nil, fmt.Errorf("cannot import %s", location)
	}
	checker, err := w.checkLocation(contract)
	if checker == nil {
		return nil, err
	}
	// An error inside the imported contract is reported for its own file; its types are good enough to go on.
	return sema.ElaborationImport{Elaboration: checker.Elaboration}, nil
}
