"""The kinds of databases that the bench knows, by name."""

from kinds import innodb, mongo, postgres, redis

KINDS = {
    kind.key: kind
    for kind in (
        postgres.Postgres(),
        innodb.MySQL(),
        innodb.MariaDB(),
        redis.Redis(),
        redis.Valkey(),
        mongo.Mongo(),
    )
}
