#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker/handover/hand_over.hpp"
#include "worker/handover/socket.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::worker {
namespace {

// False where `lifeline` ended first.
bool wait_for(int fd, int lifeline) {
  pollfd polled[]{{fd, POLLIN, 0}, {lifeline, POLLIN, 0}};
  for (;;) {
    if (::poll(polled, 2, -1) < 0) {
      if (errno == EINTR) continue;
      throw system_error("cannot wait for the scratch");
    }
    if (polled[1].revents != 0) {
      char ignored[64];
      const ssize_t count = ::read(lifeline, ignored, sizeof ignored);
      if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) return false;
    }
    if (polled[0].revents != 0) return true;
  }
}

void say(int socket, const std::string& text) {
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t count = ::send(socket, left.data(), left.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot answer the scratch");
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

void give_root(int socket, const Fd& root) {
  char word = kRootFollows.front();
  iovec piece{&word, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = root.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(socket, &message, MSG_NOSIGNAL) != 1)
    throw system_error("cannot hand the source's root over");
}

// Mappings alone may be wanted: that there is no root is for the scratch to judge.
void give_root_or_reason(int socket, const std::function<Fd()>& find_root) {
  Fd root;
  Failure failure;
  try {
    root = find_root();
  } catch (const Error& error) {
    failure = {std::string(error_code_name(error.code())), error.message(), error.why(),
               error.hint()};
  }
  if (root)
    give_root(socket, root);
  else
    say(socket, std::string(kNoRoot) + to_json(failure) + "\n");
}

void give_mappings(int socket, const Place& place) {
  Mappings mappings;
  const bool all = mappings.read(place);
  std::string text;
  for (const std::uint64_t inode : mappings.inodes()) text += kInode + std::to_string(inode) + "\n";
  for (const std::string& path : mappings.paths()) text += kPath + escape_path(path) + "\n";
  text += std::string(all ? kAllMappings : kSomeMappings) + "\n";
  say(socket, text);
}

}  // namespace

void hand_over(const Place& place, int lifeline, const std::function<Fd()>& find_root) {
  const std::string path = place.at(kHandOverSocket);
  Fd listener = make_socket();
  const sockaddr_un address = socket_address(path);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), 1) != 0) {
    throw system_error("cannot wait for the scratch");
  }
  if (!wait_for(listener.get(), lifeline)) return;
  const Fd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket) throw system_error("cannot wait for the scratch");
  listener.reset();
  ::unlink(path.c_str());
  give_root_or_reason(socket.get(), find_root);
  FdSource source(Fd(::dup(socket.get())), "the scratch's question");
  LineReader lines(source, "the scratch's question");
  std::string line;
  while (wait_for(socket.get(), lifeline) && lines.next(line)) give_mappings(socket.get(), place);
}

}  // namespace dksnap::worker
