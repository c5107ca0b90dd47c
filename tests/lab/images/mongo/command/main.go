// mongo-command speaks to a server where MongoDB's shell cannot be had.
//
//	mongo-command [--uri URI] DATABASE COMMAND     prints the answer; the command is extended JSON
//	mongo-command [--uri URI] --load FILE          writes until FILE is there: see load()
//
// URI is that of the server beside it unless it is given; a password is read from MONGO_PASSWORD.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

func main() {
	uri := flag.String("uri", "mongodb://127.0.0.1:27017/", "where the server is")
	user := flag.String("user", "", "who logs on, with MONGO_PASSWORD")
	load := flag.String("load", "", "write until this file is there")
	flag.Parse()
	if err := run(*uri, *user, *load, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(uri, user, stop string, words []string) error {
	ctx := context.Background()
	how := options.Client().ApplyURI(uri).SetServerSelectionTimeout(2 * time.Second)
	if user != "" {
		how.SetAuth(options.Credential{AuthSource: "admin", Username: user, Password: os.Getenv("MONGO_PASSWORD")})
	}
	client, err := mongo.Connect(ctx, how)
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(ctx) }()
	if stop != "" {
		return load(ctx, client.Database("load"), stop)
	}
	if len(words) != 2 {
		return fmt.Errorf("usage: mongo-command [--uri URI] [--user NAME] DATABASE COMMAND | --load FILE")
	}
	var command bson.D
	if err := bson.UnmarshalExtJSON([]byte(words[1]), false, &command); err != nil {
		return err
	}
	var answer bson.D
	if err := client.Database(words[0]).RunCommand(ctx, command).Decode(&answer); err != nil {
		return err
	}
	text, err := bson.MarshalExtJSON(answer, false, false)
	if err == nil {
		fmt.Println(string(text))
	}
	return err
}

// load adds {_id: 1}, {_id: 2}, … to `log`, each once the one before was answered for, and with
// each moves one from `left` to `right` in one document of `pair`: at every moment the numbers have
// no gap, and the sum of the two is 0.
func load(ctx context.Context, database *mongo.Database, stop string) error {
	pair := bson.D{{Key: "_id", Value: "pair"}}
	move := bson.D{{Key: "$inc", Value: bson.D{{Key: "left", Value: -1}, {Key: "right", Value: 1}}}}
	for n := int32(1); ; n++ {
		if _, err := os.Stat(stop); err == nil {
			return nil
		}
		if _, err := database.Collection("log").InsertOne(ctx, bson.D{{Key: "_id", Value: n}}); err != nil {
			return err
		}
		if _, err := database.Collection("pair").UpdateOne(ctx, pair, move, options.Update().SetUpsert(true)); err != nil {
			return err
		}
	}
}
