#include "bench/floor.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>

namespace decree::bench {
namespace {

// Batches in flight. A closed loop rarely has more than one: all that one batch completes is due at
// once and travels in the next.
constexpr std::size_t kWindow = 4;

struct FrameHeader {
  std::uint64_t batch;
  std::uint32_t frame_bytes;
  std::uint32_t commands;
};
// What any log or protocol needs for each command: its length and whose it is.
constexpr std::size_t kCommandHeaderBytes = 16;

struct Answer {
  std::uint64_t batch;
};

template <typename Value>
Value read_value(std::span<const std::byte> bytes) {
  Value value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

FloorLeader::FloorLeader(FloorIo& io, std::size_t followers) : io_(io), durable_(followers) {}

LoadResult FloorLeader::run(const LoadRequest& request) {
  Histogram latencies;
  const std::int64_t start = now_ns();
  const std::int64_t end = start + static_cast<std::int64_t>(request.seconds * 1e9);
  std::optional<Arrivals> arrivals;
  if (request.rate_per_s > 0) arrivals.emplace(request.rate_per_s, start);
  due_.assign(arrivals ? 0 : request.outstanding, start);
  waiting_ = due_.size();
  while (arrivals ? take_arrivals(*arrivals, end) : !due_.empty()) {
    start_batches(request);
    take_answers();
    const std::uint64_t before = latencies.count();
    complete(latencies, arrivals ? start : end);  // in an open loop nothing is due again
    if (latencies.count() == before) {
      io_.turn();
    }
  }
  return summary(latencies, now_ns() - start);
}

bool FloorLeader::take_arrivals(Arrivals& arrivals, std::int64_t end) {
  const std::int64_t now = std::min(now_ns(), end);
  for (; arrivals.next_ns() <= now; arrivals.pass()) {
    due_.push_back(arrivals.next_ns());
    ++waiting_;
  }
  return now < end || !due_.empty();
}

void FloorLeader::start_batches(const LoadRequest& request) {
  const std::size_t room =
      (kMaxWriteBytes - sizeof(FrameHeader)) / (kCommandHeaderBytes + request.payload_bytes);
  while (waiting_ > 0 && in_flight_.size() < kWindow && !io_.buffer().empty()) {
    const std::size_t commands = std::min(waiting_, room);
    send_batch(static_cast<std::uint32_t>(commands), request.payload_bytes);
    waiting_ -= commands;
  }
}

void FloorLeader::send_batch(std::uint32_t commands, std::uint32_t payload_bytes) {
  const std::size_t bytes = sizeof(FrameHeader) + commands * (kCommandHeaderBytes + payload_bytes);
  const FrameHeader header{.batch = io_.appended() + 1,
                           .frame_bytes = static_cast<std::uint32_t>(bytes),
                           .commands = commands};
  const std::span<std::byte> frame = io_.buffer().first(bytes);
  std::memset(frame.data(), static_cast<int>(header.batch & 0xff), bytes);
  std::memcpy(frame.data(), &header, sizeof header);
  for (std::size_t follower = 0; follower < durable_.size(); ++follower) {
    io_.send(follower, frame);
  }
  io_.append(bytes);
  in_flight_.push_back({.number = header.batch, .commands = commands});
}

void FloorLeader::take_answers() {
  for (std::size_t follower = 0; follower < durable_.size(); ++follower) {
    Inbox& inbox = io_.inbox(follower);
    while (inbox.bytes().size() >= sizeof(Answer)) {
      durable_[follower] = read_value<Answer>(inbox.bytes()).batch;
      inbox.consume(sizeof(Answer));
    }
    if (inbox.closed()) {
      throw std::runtime_error("a follower of the floor ended");
    }
  }
}

std::uint64_t FloorLeader::chosen() const {
  std::vector<std::uint64_t> votes = durable_;
  votes.push_back(io_.durable());
  std::sort(votes.begin(), votes.end(), std::greater<>());
  return votes[votes.size() / 2];
}

void FloorLeader::complete(Histogram& latencies, std::int64_t end) {
  const std::uint64_t through = chosen();
  const std::int64_t now = now_ns();
  while (!in_flight_.empty() && in_flight_.front().number <= through) {
    for (std::uint32_t i = 0; i < in_flight_.front().commands; ++i) {
      latencies.record(static_cast<std::uint64_t>(now - due_.front()));
      due_.pop_front();
      if (now < end) {
        due_.push_back(now);
        ++waiting_;
      }
    }
    in_flight_.pop_front();
  }
}

namespace {

/// The length of the whole frames at the start of `bytes` that fit into `room`, and the number of
/// the last of them.
std::size_t whole_frames(std::span<const std::byte> bytes, std::size_t room, std::uint64_t& last) {
  std::size_t length = 0;
  while (bytes.size() - length >= sizeof(FrameHeader)) {
    const auto header = read_value<FrameHeader>(bytes.subspan(length));
    if (header.frame_bytes > std::min(bytes.size(), room) - length) {
      break;
    }
    length += header.frame_bytes;
    last = header.batch;
  }
  return length;
}

struct Written {
  std::uint64_t write;
  std::uint64_t batch;
};

void write_arrived(FloorIo& io, std::deque<Written>& written) {
  const std::span<std::byte> buffer = io.buffer();
  Inbox& inbox = io.inbox(0);
  std::uint64_t batch = 0;
  const std::size_t length = whole_frames(inbox.bytes(), buffer.size(), batch);
  if (length == 0) {
    return;
  }
  std::memcpy(buffer.data(), inbox.bytes().data(), length);
  inbox.consume(length);
  io.append(length);
  written.push_back({.write = io.appended(), .batch = batch});
}

void answer_durable(FloorIo& io, std::deque<Written>& written) {
  Answer answer{};
  while (!written.empty() && written.front().write <= io.durable()) {
    answer.batch = written.front().batch;
    written.pop_front();
  }
  if (answer.batch != 0) {
    io.send(0, std::as_bytes(std::span(&answer, 1)));
  }
}

}  // namespace

void follow_floor(FloorIo& io) {
  std::deque<Written> written;
  while (!io.inbox(0).closed()) {
    write_arrived(io, written);
    answer_durable(io, written);
    io.turn();
  }
}

}  // namespace decree::bench
