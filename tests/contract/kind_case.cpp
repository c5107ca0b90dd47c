#include "contract/kind_case.hpp"

#include <array>
#include <stdexcept>

#include "contract/etcd_case.hpp"
#include "contract/files_case.hpp"
#include "contract/mongo_case.hpp"
#include "contract/mysql_case.hpp"
#include "contract/postgres_case.hpp"
#include "contract/redis_case.hpp"

namespace dksnap::test {

const KindCase& kind_case(const std::string& word) {
  static const EtcdCase etcd;
  static const FilesCase files;
  static const MongoCase mongo;
  static const PostgresCase postgres("18", "postgres");
  static const PostgresCase postgres15("15", "postgres15");
  static const PostgresCase postgres17("17", "postgres17");
  static const MysqlCase mariadb("mariadb", "11.8");
  static const MysqlCase mysql("mysql", "9.7");
  static const RedisCase redis("redis", "8", "redis");
  static const RedisCase redis7("redis", "7", "redis7");
  static const RedisCase valkey("valkey", "9", "valkey");
  static const std::array<const KindCase*, 11> all{&files, &postgres, &postgres15, &postgres17,
                                                   &etcd,  &mongo,    &mariadb,    &mysql,
                                                   &redis, &redis7,   &valkey};
  for (const KindCase* one : all) {
    if (one->word() == word) return *one;
  }
  throw std::invalid_argument("no contract for the kind " + word);
}

}  // namespace dksnap::test
