#include "contract/kind_case.hpp"

#include <array>
#include <stdexcept>

#include "contract/files_case.hpp"
#include "contract/mysql_case.hpp"
#include "contract/postgres_case.hpp"

namespace dksnap::test {

const KindCase& kind_case(const std::string& kind) {
  static const FilesCase files;
  static const PostgresCase postgres;
  static const MysqlCase mariadb("mariadb", "11.8");
  static const MysqlCase mysql("mysql", "9.7");
  static const std::array<const KindCase*, 4> all{&files, &postgres, &mariadb, &mysql};
  for (const KindCase* one : all) {
    if (one->kind() == kind) return *one;
  }
  throw std::invalid_argument("no contract for the kind " + kind);
}

}  // namespace dksnap::test
