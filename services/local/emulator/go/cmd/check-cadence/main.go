// Type-checks every Cadence file under the folders given: contracts, transactions and scripts.
//
// An import is written by name. A name is one of the files found, else one of Flow's core contracts, whose code comes
// from the Go modules that go.mod pins. Exit status 1 when a file has an error, 2 when a folder can't be read.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: check-cadence FOLDER...")
		os.Exit(2)
	}
	files, err := cadenceFiles(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if len(files) == 0 {
		fmt.Fprintf(os.Stderr, "no .cdc file in %s\n", strings.Join(os.Args[1:], ", "))
		os.Exit(2)
	}
	failed := newWorld(files).checkAll(os.Stdout)
	fmt.Printf("%d Cadence files checked, %d with errors\n", len(files), failed)
	if failed > 0 {
		os.Exit(1)
	}
}

func cadenceFiles(folders []string) ([]string, error) {
	var files []string
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && filepath.Ext(path) == ".cdc" {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}
