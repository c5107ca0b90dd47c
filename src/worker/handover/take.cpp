#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <sys/socket.h>
#include <thread>

#include "base/text.hpp"
#include "worker/handover/hand_over.hpp"
#include "worker/handover/socket.hpp"
#include "worker/manifest/manifest.hpp"
#include "worker/protocol/protocol.hpp"

namespace dksnap::worker {
namespace {

// Both containers were started before; a loaded machine may take a while to let the reader run.
constexpr std::chrono::seconds kReaderPatience{60};
constexpr std::chrono::milliseconds kBetweenTries{5};
constexpr std::chrono::milliseconds kBetweenWords{500};

Error reader_is_gone(const std::string& why) {
  return {ErrorCode::failed, "the reader of the source has ended",
          why.empty() ? "did the source container stop?" : why, "run the command again"};
}

Fd connect_to_reader(const Place& place, const std::function<void()>& still_waiting) {
  const sockaddr_un address = socket_address(place.at(kHandOverSocket));
  const auto begin = std::chrono::steady_clock::now();
  auto next_word = begin + kBetweenWords;
  for (;;) {
    Fd socket = make_socket();
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return socket;
    if (errno != ENOENT && errno != ECONNREFUSED && errno != EINTR)
      throw system_error("cannot reach the reader of the source");
    const auto now = std::chrono::steady_clock::now();
    if (now > begin + kReaderPatience) throw reader_is_gone("it did not come in time");
    if (now > next_word) {
      still_waiting();
      next_word = now + kBetweenWords;
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

}  // namespace

HandedOver::HandedOver(const Place& place, const std::function<void()>& still_waiting)
    : socket_(connect_to_reader(place, still_waiting)) {
  receive_root();
  source_ = std::make_unique<FdSource>(Fd(::dup(socket_.get())), "the reader's answer");
  lines_ = std::make_unique<LineReader>(*source_, "the reader's answer");
  if (root_) return;
  std::string line;
  if (!lines_->next(line)) throw reader_is_gone({});
  const Message said = parse_message(line);
  const auto* failure = std::get_if<Failure>(&said);
  if (failure == nullptr) throw reader_is_gone("it said nonsense");
  no_root_.emplace(error_code_by_name(failure->code), failure->message, failure->why,
                   failure->hint);
}

void HandedOver::receive_root() {
  char word = 0;
  iovec piece{&word, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t count = 0;
  do {
    count = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw system_error("cannot hear the reader of the source");
  if (count == 0) throw reader_is_gone({});
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (word != kRootFollows.front()) return;
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) throw reader_is_gone("it gave no root");
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  root_ = Fd(fd);
}

Fd HandedOver::take_root() {
  if (no_root_) throw Error(*no_root_);
  return std::move(root_);
}

bool HandedOver::read_mappings(Mappings& mappings) {
  const std::string request = std::string(kTellMappings) + "\n";
  if (::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    throw reader_is_gone({});
  }
  std::string line;
  while (lines_->next(line)) {
    if (line == kAllMappings || line == kSomeMappings) return line == kAllMappings;
    if (line.front() == kInode) {
      std::uint64_t inode = 0;
      std::from_chars(line.data() + 1, line.data() + line.size(), inode);
      mappings.add_inode(inode);
    } else if (line.front() == kPath) {
      mappings.add_path(unescape_path(std::string_view(line).substr(1)));
    }
  }
  throw reader_is_gone({});
}

}  // namespace dksnap::worker
