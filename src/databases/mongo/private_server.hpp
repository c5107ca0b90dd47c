// A mongod on a copy, which nobody but dksnap reaches.
#pragma once

#include <string>
#include <vector>

#include "databases/database.hpp"

namespace dksnap::databases::mongo {

struct MongodProgram {
  std::string path;
  std::string version;  // "7.0.42"
};

// In the image behind `scratch`; run as `owner`, "uid:gid". Throws database_refused where there is
// none that runs.
MongodProgram find_mongod(Shell& scratch, const Server& server, const std::string& owner);

// Its words: alone and to itself, with no other member, no client and no password, on the port
// 27017 of 127.0.0.1. Its data and its log of changes are brought to one state with `of_a_set`,
// which a server of a replica set does by itself only as a member of it: its collections have no
// journal, but the set's log has (SERVER-44612, and the manual's "Restore a Replica Set from a
// Backup" of Ops Manager).
std::vector<std::string> private_server(const MongodProgram& program,
                                        const Recognition& recognition, bool of_a_set);

}  // namespace dksnap::databases::mongo
