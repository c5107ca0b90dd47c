#include "worker/tree/output_file.hpp"

#include <fcntl.h>

namespace dksnap::worker {

OutputFile::OutputFile(const std::string& path)
    : file_(open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), path) {}

void OutputFile::write(std::span<const std::byte> bytes) {
  pending_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (pending_.size() >= kCopyBuffer) flush();
}

void OutputFile::flush() {
  static_cast<Sink&>(file_).write(pending_);
  pending_.clear();
}

void OutputFile::finish() {
  flush();
  file_.close();
}

}  // namespace dksnap::worker
