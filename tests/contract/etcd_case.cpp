#include "contract/etcd_case.hpp"

#include "support/recipe_images.hpp"

namespace dksnap::test {

// All of its own files change and none is ever deleted: others beside them in its directory do
// what those of other kinds do.
std::string EtcdCase::start(Desk& desk) const {
  std::string container = start_etcd(desk, {"-v", "/var/lib/etcd"});
  desk.docker_out({"exec", container, "sh", "-c",
                   "for i in 1 2 3 4 5 6 7 8 9 10; do"
                   "  head -c 750000 /dev/urandom | base64 -w 0 | etcdctl put bulk$i >/dev/null"
                   "   || exit; done; "
                   "etcdctl put few first && echo doomed > /var/lib/etcd/default.etcd/doomed && "
                   "head -c 30000000 /dev/urandom > /var/lib/etcd/default.etcd/beside"});
  return container;
}

void EtcdCase::wait(Desk& desk, const std::string& container) const {
  wait_for_etcd(desk, container);
}

void EtcdCase::add(Desk& desk, const std::string& container, const std::string& name) const {
  etcdctl(desk, container, {"put", "few/" + name, "new"});
}

void EtcdCase::remove_doomed(Desk& desk, const std::string& container) const {
  desk.docker_out({"exec", container, "rm", doomed_file(desk, container)});
}

std::string EtcdCase::doomed_file(Desk&, const std::string&) const {
  return "/var/lib/etcd/default.etcd/doomed";
}

std::string EtcdCase::state(Desk& desk, const std::string& container) const {
  return desk.docker_out({"exec", container, "sh", "-c",
                          "etcdctl get few --prefix && etcdctl get bulk --prefix | sha256sum"});
}

}  // namespace dksnap::test
