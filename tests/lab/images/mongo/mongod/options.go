package main

import (
	"fmt"
	"os"
	"strings"
)

// What of mongod's options the stand-in goes by; others are taken and have no effect.
type options struct {
	dbPath, port, bindIP, socketPrefix, logPath, pidFile string
	auth, noSocket, directoryPerDB                       bool
	replSet                                              string
}

// Options that stand alone; every other one has a value.
var alone = map[string]bool{
	"auth": true, "noauth": true, "bind_ip_all": true, "ipv6": true, "nounixsocket": true,
	"directoryperdb": true, "wiredTigerDirectoryForIndexes": true, "logappend": true,
	"quiet": true, "journal": true, "nojournal": true, "notablescan": true, "noscripting": true,
}

func parse(words []string) (options, error) {
	given := options{dbPath: "/data/db", port: "27017", bindIP: "127.0.0.1", socketPrefix: "/tmp"}
	values := map[string]string{}
	for i := 0; i < len(words); i++ {
		if words[i] == "-f" {
			words[i] = "--config"
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(words[i], "--"), "=")
		switch {
		case !strings.HasPrefix(words[i], "--"):
			return given, fmt.Errorf("too many positional options: %s", words[i])
		case name == "fork":
			return given, fmt.Errorf("the stand-in does not fork")
		case alone[name]:
			value = "true"
		case !hasValue && i+1 < len(words):
			i++
			value = words[i]
		case !hasValue:
			return given, fmt.Errorf("the required argument for option '--%s' is missing", name)
		}
		values[name] = value
	}
	if file := values["config"]; file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return given, fmt.Errorf("error opening config file: %w", err)
		}
		given.take(readConfig(string(text)))
	}
	given.take(values)
	return given, nil
}

func (o *options) take(values map[string]string) {
	for name, to := range map[string]*string{
		"dbpath": &o.dbPath, "port": &o.port, "bind_ip": &o.bindIP, "unixSocketPrefix": &o.socketPrefix,
		"logpath": &o.logPath, "pidfilepath": &o.pidFile, "replSet": &o.replSet,
	} {
		if value, is := values[name]; is {
			*to = value
		}
	}
	for name, to := range map[string]*bool{
		"auth": &o.auth, "nounixsocket": &o.noSocket, "directoryperdb": &o.directoryPerDB,
	} {
		if value, is := values[name]; is {
			*to = value == "true"
		}
	}
	if values["bind_ip_all"] == "true" {
		o.bindIP = "*"
	}
}

// readConfig reads blocks of "name: value" and names them as the command line does.
func readConfig(text string) map[string]string {
	names := map[string]string{
		"storage.dbPath": "dbpath", "net.port": "port", "net.bindIp": "bind_ip",
		"net.bindIpAll": "bind_ip_all", "security.authorization": "auth", "systemLog.path": "logpath",
		"storage.directoryPerDB": "directoryperdb", "replication.replSetName": "replSet",
		"net.unixDomainSocket.pathPrefix": "unixSocketPrefix",
	}
	values := map[string]string{}
	var path []string
	var indents []int
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		indent := len(line) - len(strings.TrimLeft(line, " "))
		name, value, is := strings.Cut(strings.TrimSpace(line), ":")
		if !is {
			continue
		}
		for len(indents) > 0 && indents[len(indents)-1] >= indent {
			indents, path = indents[:len(indents)-1], path[:len(path)-1]
		}
		indents, path = append(indents, indent), append(path, name)
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		if value == "enabled" {
			value = "true"
		}
		if option := names[strings.Join(path, ".")]; option != "" && value != "" {
			values[option] = value
		}
	}
	return values
}
