#include "contract/kind_case.hpp"

#include <array>
#include <stdexcept>

#include "contract/files_case.hpp"
#include "contract/mongo_case.hpp"
#include "contract/postgres_case.hpp"

namespace dksnap::test {

const KindCase& kind_case(const std::string& kind) {
  static const FilesCase files;
  static const MongoCase mongo;
  static const PostgresCase postgres;
  static const std::array<const KindCase*, 3> all{&files, &mongo, &postgres};
  for (const KindCase* one : all) {
    if (one->kind() == kind) return *one;
  }
  throw std::invalid_argument("no contract for the kind " + kind);
}

}  // namespace dksnap::test
