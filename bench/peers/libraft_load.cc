#include "bench/peers/libraft_load.h"

#include <cstring>
#include <utility>

namespace decree::bench {
namespace {

// The library takes entries of whole words only.
std::size_t whole_words(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

// It is freed by the library.
raft_buffer make_command(std::size_t bytes) {
  raft_buffer buffer{.base = raft_malloc(bytes), .len = bytes};
  std::memset(buffer.base, 'x', bytes);
  return buffer;
}

}  // namespace

LibraftLoad::LibraftLoad(UvThread& thread, raft& leader, const LoadRequest& request)
    : thread_(thread), leader_(leader), request_(request), commands_(request.outstanding) {}

LoadResult LibraftLoad::run() {
  const std::future<void> done = done_.get_future();
  thread_.post([this] { start(); });
  done.wait();
  return times_->result();
}

void LibraftLoad::start() {
  times_.emplace(request_);
  for (std::size_t place = 0; place < commands_.size(); ++place) {
    commands_[place].load = this;
    commands_[place].place = place;
    commands_[place].request.data = &commands_[place];
    propose(commands_[place]);
  }
}

void LibraftLoad::propose(Command& command) {
  const raft_buffer buffer = make_command(whole_words(request_.payload_bytes));
  const auto callback = [](struct raft_apply* request, int status, void*) {
    auto& answered = *static_cast<Command*>(request->data);
    answered.load->completed(answered, status);
  };
  const int status = raft_apply(&leader_, &command.request, &buffer, 1, callback);
  if (status != 0) {
    raft_free(buffer.base);
    completed(command, status);
  }
}

void LibraftLoad::completed(Command& command, int status) {
  if (times_->completed(command.place, status == 0 ? "" : raft_strerror(status))) {
    propose(command);
  } else if (times_->over()) {
    // run() may return, and this object end, while set_value() is still at work.
    std::promise<void> done = std::move(done_);
    done.set_value();
  }
}

}  // namespace decree::bench
