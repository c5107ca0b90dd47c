// A situation that real people's MySQL and MariaDB containers are in, for both: a snapshot, a copy,
// and the way back.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "support/desk.hpp"
#include "support/requirements.hpp"
#include "support/store_lanes.hpp"

namespace dksnap::test {

class MysqlField : public DeskFixture<::testing::TestWithParam<std::string>> {
 protected:
  void SetUp() override { use("overlay2"); }
  // Servers that nobody asks any more hold memory and requests of the kernel (fs.aio-max-nr).
  void TearDown() override {
    if (!IsSkipped()) desk().remove_containers_but({});
    DeskFixture::TearDown();
  }

  bool is_mariadb() const { return GetParam().starts_with("mariadb"); }
  // `docker run` of the lab's image; serves when this returns, and holds a row in the table `kept`.
  const std::string& start(const Words& options, const Words& arguments = {});
  const std::string& source() const { return source_; }
  // Through the socket, where the client looks for it; as root, with `password` if it has one.
  std::string sql(const std::string& container, const std::string& statement);
  RunResult snapshot(const Words& more = {}, int status = 0);
  // A copy of it, with the row in it and no complaint of any table; `connection` is what was said.
  std::string boot(const Words& options = {});
  void replace_and_undo();
  void go_through();
  // A path of the engine's machine for a bind, with that in it.
  std::string outside(const std::string& name, const std::string& text);

  const std::string& id() const { return id_; }

  std::string password;
  std::string connection;

 private:
  Words client(const std::string& container, const std::string& statement) const;
  std::string source_;
  std::string id_;
};

}  // namespace dksnap::test
