// mongod stands in for MongoDB's server where that cannot be had: it takes its options, keeps its
// promises about files and signals that dksnap relies on, and has FerretDB do the work.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What FerretDB says of itself to clients (its build/version package).
const version = "7.0.42"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println("db version v" + version)
		return
	}
	given, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error parsing command line:", err)
		os.Exit(1)
	}
	var out io.Writer = os.Stdout
	if given.logPath != "" {
		file, err := os.OpenFile(given.logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		out = file
	}
	log := func(message string) {
		line, _ := json.Marshal(map[string]string{"s": "I", "msg": message})
		fmt.Fprintln(out, string(line))
	}
	if err := serve(given, out, log); err != nil {
		log("Error: " + err.Error())
		os.Exit(100)
	}
}

// serve returns when the server has shut down cleanly.
func serve(given options, out io.Writer, log func(string)) error {
	lock, err := takeLock(given.dbPath, log)
	if err != nil {
		return err
	}
	if err := checkStorage(given); err != nil {
		return err
	}
	if given.pidFile != "" {
		if err := os.WriteFile(given.pidFile, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
			return err
		}
	}
	server, listens := command(given, out)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	if err := server.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	go func() {
		for {
			connection, err := net.Dial(listens[0], listens[1])
			if err == nil {
				connection.Close()
				log("Waiting for connections")
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	select {
	case err = <-ended:
		return fmt.Errorf("the server ended by itself: %v", err)
	case <-stop:
		log("Received signal, shutting down")
		_ = server.Process.Signal(syscall.SIGTERM)
		if err = <-ended; err != nil {
			return err
		}
	}
	log("Shutting down")
	return lock.Truncate(0)
}

// takeLock holds DIRECTORY/mongod.lock, which is empty after a clean shutdown.
func takeLock(directory string, log func(string)) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(directory, "mongod.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data directory %s: %w", directory, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.New("unable to lock the lock file; another mongod may be running")
	}
	if state, err := lock.Stat(); err == nil && state.Size() > 0 {
		log("Detected unclean shutdown - Lock file is not empty")
	}
	if err := lock.Truncate(0); err != nil {
		return nil, err
	}
	_, err = lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return lock, err
}

// checkStorage refuses, as mongod does, data that were made with another layout. The file has its
// name and purpose, and another form.
func checkStorage(given options) error {
	path := filepath.Join(given.dbPath, "storage.bson")
	mine := fmt.Sprintf("stand-in directoryPerDB=%t\n", given.directoryPerDB)
	there, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return os.WriteFile(path, []byte(mine), 0o600)
	}
	if err == nil && string(there) != mine {
		return fmt.Errorf("the data files were made with another value of directoryPerDB")
	}
	return err
}

// command is FerretDB as the options want it, and where it listens then.
func command(given options, out io.Writer) (*exec.Cmd, []string) {
	host, _, _ := strings.Cut(given.bindIP, ",")
	switch {
	case given.bindIP == "*" || strings.Contains(given.bindIP, ",") || host == "0.0.0.0":
		host = ""
	case host == "localhost":
		host = "127.0.0.1"
	}
	words := []string{
		"--handler=sqlite", "--sqlite-url=file:" + given.dbPath + "/", "--state-dir=-",
		"--telemetry=disable", "--debug-addr=-", "--log-level=warn",
		"--listen-addr=" + net.JoinHostPort(host, given.port),
	}
	if given.auth {
		words = append(words, "--test-enable-new-auth")
	}
	if given.replSet != "" {
		words = append(words, "--repl-set-name="+given.replSet)
	}
	if !given.noSocket {
		socket := filepath.Join(given.socketPrefix, "mongodb-"+given.port+".sock")
		_ = os.Remove(socket)
		words = append(words, "--listen-unix="+socket)
	}
	server := exec.Command("/usr/local/lib/mongo-lab/ferretdb", words...)
	server.Stdout, server.Stderr = out, out
	// The first administrator: made by the entrypoint's first run, which alone sets these.
	server.Env = os.Environ()
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if host == "" {
		host = "127.0.0.1"
	}
	return server, []string{"tcp", net.JoinHostPort(host, given.port)}
}
