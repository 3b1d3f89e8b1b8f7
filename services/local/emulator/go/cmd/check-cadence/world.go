package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/onflow/cadence/ast"
	"github.com/onflow/cadence/cmd"
	"github.com/onflow/cadence/common"
	"github.com/onflow/cadence/parser"
	"github.com/onflow/cadence/pretty"
	"github.com/onflow/cadence/sema"
	"github.com/onflow/cadence/stdlib"
)

// The project's contracts share one account, so that access(account) means on chain what it means here.
var (
	ownAccount  = common.MustBytesToAddress([]byte{1})
	coreAccount = common.MustBytesToAddress([]byte{2})
)

type world struct {
	files    []string
	own      map[string]string // contract name → file
	core     map[string][]byte
	codes    map[common.Location][]byte
	done     map[common.Location]*sema.Checker
	open     map[common.Location]bool
	problems map[common.Location]error
	values   *sema.VariableActivation
	script   *sema.VariableActivation
}

func newWorld(files []string) *world {
	sort.Strings(files)
	w := &world{
		files:    files,
		own:      map[string]string{},
		core:     coreCode(),
		codes:    map[common.Location][]byte{},
		done:     map[common.Location]*sema.Checker{},
		open:     map[common.Location]bool{},
		problems: map[common.Location]error{},
		values:   sema.NewVariableActivation(sema.BaseValueActivation),
		script:   sema.NewVariableActivation(sema.BaseValueActivation),
	}
	handler := &cmd.StandardLibraryHandler{}
	for _, value := range stdlib.DefaultStandardLibraryValues(handler) {
		w.values.DeclareValue(value)
	}
	// Scripts alone may take any account's authorization.
	for _, value := range stdlib.DefaultScriptStandardLibraryValues(handler) {
		w.script.DeclareValue(value)
	}
	for _, file := range files {
		if name := nameOf(file); isContract(file) {
			w.own[name] = file
		}
	}
	return w
}

func nameOf(file string) string {
	return strings.TrimSuffix(filepath.Base(file), ".cdc")
}

// A contract's file is named as the contract, in PascalCase; transactions and scripts are snake_case.
func isContract(file string) bool {
	first := filepath.Base(file)[:1]
	return first == strings.ToUpper(first)
}

// checkAll prints the errors of each file and returns how many files have some.
func (w *world) checkAll(out io.Writer) int {
	failed := 0
	for _, file := range w.files {
		if err := w.checkFile(file); err != nil {
			failed++
			fmt.Fprintf(out, "%s\n%s\n", file, err)
		}
	}
	return failed
}

func (w *world) checkFile(file string) error {
	if isContract(file) {
		location := common.AddressLocation{Address: ownAccount, Name: nameOf(file)}
		_, err := w.checkLocation(location)
		return err
	}
	code, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var location common.Location = common.TransactionLocation(pathID(file))
	program, err := parser.ParseProgram(nil, code, parser.Config{})
	if err == nil && len(program.TransactionDeclarations()) == 0 {
		location = common.ScriptLocation(pathID(file))
	}
	w.codes[location] = code
	_, err = w.checkCode(location, code)
	return err
}

func pathID(file string) (id [32]byte) {
	copy(id[:], nameOf(file))
	return id
}

// checkLocation checks a contract once, however often it is imported.
func (w *world) checkLocation(location common.AddressLocation) (*sema.Checker, error) {
	if checker, ok := w.done[location]; ok {
		return checker, w.problems[location]
	}
	if w.open[location] {
		return nil, fmt.Errorf("contract %s imports itself through others", location.Name)
	}
	w.open[location] = true
	defer delete(w.open, location)
	code, err := w.contractCode(location)
	if err != nil {
		return nil, err
	}
	checker, err := w.checkCode(location, code)
	w.done[location], w.problems[location] = checker, err
	return checker, err
}

func (w *world) contractCode(location common.AddressLocation) ([]byte, error) {
	if location.Address == coreAccount {
		w.codes[location] = w.core[location.Name]
		return w.core[location.Name], nil
	}
	code, err := os.ReadFile(w.own[location.Name])
	w.codes[location] = code
	return code, err
}

func (w *world) checkCode(location common.Location, code []byte) (*sema.Checker, error) {
	program, err := parser.ParseProgram(nil, code, parser.Config{})
	if err != nil {
		return nil, w.explain(err, location)
	}
	checker, err := sema.NewChecker(program, location, nil, w.config())
	if err != nil {
		return nil, err
	}
	if err := checker.Check(); err != nil {
		return checker, w.explain(err, location)
	}
	if contract, ok := location.(common.AddressLocation); ok && !declares(program, contract.Name) {
		return checker, fmt.Errorf("the file does not declare the contract %s that it is named after", contract.Name)
	}
	return checker, nil
}

func declares(program *ast.Program, name string) bool {
	for _, declaration := range program.CompositeDeclarations() {
		if declaration.Identifier.Identifier == name {
			return true
		}
	}
	for _, declaration := range program.InterfaceDeclarations() {
		if declaration.Identifier.Identifier == name {
			return true
		}
	}
	return false
}

func (w *world) explain(err error, location common.Location) error {
	var text strings.Builder
	if pretty.NewErrorPrettyPrinter(&text, false).PrettyPrintError(err, location, w.codes) != nil {
		return err
	}
	return errors.New(text.String())
}
