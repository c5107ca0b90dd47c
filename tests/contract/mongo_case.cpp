// On the lab's stand-in: what WiredTiger's own files would show, it does not.
#include "contract/mongo_case.hpp"

#include "support/mongo_image.hpp"

namespace dksnap::test {

std::string MongoCase::start(Desk& desk) const {
  std::string container = start_mongo(desk);
  // The stand-in has a file a database.
  desk.docker_out({"exec", container, "sh", "-c",
                   "filler=$(seq -s '' 1 100) && seq 1 40000 | "
                   "sed \"s/.*/{\\\"_id\\\": &, \\\"filler\\\": \\\"$filler&\\\"}/\" | "
                   "mongoimport --quiet -d bulk -c bulk"});
  mongo(desk, container, "doomed", R"({"insert": "doomed", "documents": [{"_id": 1}]})");
  add(desk, container, "first");
  // What SQLite has not taken into its files yet, each settled copy would take in anew.
  desk.docker_out({"restart", "-t", "20", container});
  wait(desk, container);
  return container;
}

void MongoCase::wait(Desk& desk, const std::string& container) const {
  wait_for_mongo(desk, container);
}

void MongoCase::add(Desk& desk, const std::string& container, const std::string& name) const {
  mongo(desk, container, "shop", R"({"insert": "few", "documents": [{"_id": ")" + name + "\"}]}");
}

void MongoCase::remove_doomed(Desk& desk, const std::string& container) const {
  mongo(desk, container, "doomed", R"({"dropDatabase": 1})");
}

std::string MongoCase::doomed_file(Desk&, const std::string&) const {
  return "/data/db/doomed.sqlite";
}

std::string MongoCase::state(Desk& desk, const std::string& container) const {
  return mongo(desk, container, "admin", R"({"listDatabases": 1, "nameOnly": true})") + "\n" +
         mongo(desk, container, "bulk",
               R"({"aggregate": "bulk", "cursor": {}, "pipeline": [{"$group":)"
               R"( {"_id": null, "n": {"$sum": 1}, "sum": {"$sum": "$_id"}}}]})") +
         "\n" + mongo(desk, container, "shop", R"({"find": "few", "sort": {"_id": 1}})");
}

}  // namespace dksnap::test
