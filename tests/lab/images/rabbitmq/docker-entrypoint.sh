#!/bin/bash
# Entrypoint of the lab's RabbitMQ image. Written for the lab to the contract of the official image:
# started as root it gives the data directory to the server's user, and goes on as that user.
set -eu

if [[ ${1:-} == rabbitmq* && $(id -u) == 0 ]]; then
  if [[ $1 == rabbitmq-server ]]; then
    find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
  fi
  exec gosu rabbitmq "${BASH_SOURCE[0]}" "$@"
fi
exec "$@"
