// Networks on loopback in one thread, and raw sockets that speak to them.
#ifndef DECREE_TESTS_TRANSPORT_NODES_H_
#define DECREE_TESTS_TRANSPORT_NODES_H_

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "proactor/asio_source.h"
#include "transport/asio_network.h"
#include "transport/hello.h"

namespace decree::transport {

inline constexpr std::uint64_t kCluster = 77;

/// A loopback address of this process alone, so that tests may run beside each other.
inline std::string loopback() {
  const auto pid = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(pid >> 8 & 255) + "." + std::to_string(pid & 255) + ".1";
}
inline std::uint16_t port_of(std::uint32_t id) { return static_cast<std::uint16_t>(20'000 + id); }

inline std::vector<PeerAddress> members(std::uint32_t count) {
  std::vector<PeerAddress> result;
  for (std::uint32_t id = 1; id <= count; ++id) {
    result.push_back({ReplicaId{id}, loopback(), port_of(id)});
  }
  return result;
}

/// What a replica with this incarnation and start states if its log is of no concern.
inline Introduction life(std::uint64_t incarnation, std::uint64_t start = 1) {
  return {Incarnation{incarnation}, StartNumber{start}, {}, {}};
}

struct NodeOptions : NetworkOptions {
  Introduction own;
};

inline NodeOptions options_of(std::uint32_t id, std::uint32_t count) {
  NodeOptions options;
  options.origin = {kCluster, 0, ReplicaId{id}};
  options.own = life(1000 + id);
  options.listen = {ReplicaId{id}, loopback(), port_of(id)};
  options.peers = members(count);
  return options;
}

/// What a thread waits in.
class Loop {
 public:
  ~Loop() {
    while (proactor_->under_way() != 0) proactor_->wait(kSlice);
  }
  [[nodiscard]] boost::asio::io_context& asio() { return asio_.context(); }
  [[nodiscard]] proactor::Proactor& proactor() { return *proactor_; }
  /// Waits for something to happen, not for long.
  void turn(std::chrono::milliseconds most = kSlice) {
    proactor_->wait(most);
    asio_.run();
  }
  void poll() { turn(std::chrono::milliseconds(0)); }

 private:
  static constexpr std::chrono::milliseconds kSlice{10};
#ifdef DECREE_TEST_EPOLL
  std::unique_ptr<proactor::Proactor> proactor_ = proactor::Proactor::open_epoll();
#else
  std::error_code refusal_;
  std::unique_ptr<proactor::Proactor> proactor_ = proactor::Proactor::open(refusal_);
#endif
  proactor::AsioSource asio_{*proactor_};
};

/// Runs handlers until the condition holds. False once ten seconds are over.
inline bool run_until(Loop& loop, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    loop.turn();
  }
  return true;
}

/// A sealed frame with a payload of `size` bytes that `tag` determines.
inline Payload frame_of(const Origin& origin, std::uint64_t tag, std::size_t size = 8) {
  Payload frame{{}, BufferRef::allocate(kHeaderBytes + size)};
  const std::span<std::byte> payload = frame.owner.bytes().subspan(kHeaderBytes);
  std::memset(payload.data(), static_cast<int>(tag), payload.size());
  std::memcpy(payload.data(), &tag, sizeof(tag));
  seal(frame.owner.bytes(), FrameType::read_point, origin);
  frame.view = frame.owner.bytes();
  return frame;
}

inline std::uint64_t tag_of(const Payload& frame) {
  std::uint64_t tag = 0;
  std::memcpy(&tag, frame.view.data() + kHeaderBytes, sizeof(tag));
  return tag;
}

/// A network and everything that it says. Keeps all frames.
class Node final : public NetworkEvents {
 public:
  Node(Loop& loop, const NodeOptions& options)
      : origin(options.origin),
        own(options.own),
        network(loop.asio(), loop.proactor(), options, *this) {
    std::string problem;
    started = network.start(problem);
    if (!started) notices.push_back(problem);
  }

  [[nodiscard]] Introduction introduce() override { return own; }
  void on_hello(ReplicaId peer) override { ++hellos[peer.value]; }
  void on_frame(ReplicaId from, Payload frame) override {
    frames[from.value].push_back(std::move(frame));
    if (frame_hook) frame_hook(from);
  }
  void on_connected(ReplicaId peer, Incarnation incarnation) override {
    log.push_back("up " + std::to_string(peer.value));
    incarnations[peer.value] = incarnation.value;
  }
  void on_disconnected(ReplicaId peer) override {
    log.push_back("down " + std::to_string(peer.value));
  }
  bool admit(ReplicaId peer, Handshake part, const Introduction& stated,
             std::string& reason) override {
    met[{peer.value, part}] = stated;
    const auto only = admitted.find(peer.value);
    if (only == admitted.end() || only->second == stated.incarnation.value) return true;
    reason = "incarnation " + std::to_string(stated.incarnation.value) + " is a stranger";
    return false;
  }
  void on_notice(const std::string& line) override { notices.push_back(line); }

  void send(std::uint32_t to, std::uint64_t tag, std::size_t size = 8) {
    network.send(ReplicaId{to}, frame_of(origin, tag, size));
  }
  [[nodiscard]] bool connected(std::uint32_t peer) const {
    return network.connected(ReplicaId{peer});
  }
  [[nodiscard]] std::size_t noticed(const std::string& part) const {
    const auto contains = [&part](const std::string& line) { return line.find(part) != line.npos; };
    return static_cast<std::size_t>(std::count_if(notices.begin(), notices.end(), contains));
  }

  const Origin origin;
  Introduction own;
  std::map<std::pair<std::uint32_t, Handshake>, Introduction> met;  // the last, by peer
  std::map<std::uint32_t, int> hellos;                              // sent, by peer
  std::map<std::uint32_t, std::vector<Payload>> frames;             // by sender
  std::map<std::uint32_t, std::uint64_t> incarnations;              // seen, by peer
  std::map<std::uint32_t, std::uint64_t> admitted;                  // the only one, by peer
  std::vector<std::string> log;
  std::vector<std::string> notices;
  std::function<void(ReplicaId)> frame_hook;
  bool started = false;
  AsioNetwork network;
};

/// A socket that says what the test wants it to say.
class Raw {
 public:
  explicit Raw(Loop& loop) : loop_(loop), socket_(loop.asio()) {}
  ~Raw() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  void dial(std::uint32_t id) {
    socket_.connect({boost::asio::ip::make_address(loopback()), port_of(id)});
    socket_.non_blocking(true);
  }
  /// Waits for the connection that a network dials to `acceptor`.
  bool accept(boost::asio::ip::tcp::acceptor& acceptor) {
    acceptor.non_blocking(true);
    return run_until(loop_, [&] {
      boost::system::error_code error;
      acceptor.accept(socket_, error);
      if (!error) socket_.non_blocking(true);
      return !error;
    });
  }

  /// Writes all of it, running handlers while the socket is full.
  bool write(std::span<const std::byte> bytes) {
    return run_until(loop_, [&] {
      boost::system::error_code error;
      const std::size_t sent =
          socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
      bytes = bytes.subspan(sent);
      return bytes.empty();
    });
  }
  /// Reads `size` bytes; fewer if the other side closes.
  std::vector<std::byte> read(std::size_t size) {
    std::vector<std::byte> result;
    run_until(loop_, [&] {
      std::vector<std::byte> part(size - result.size());
      boost::system::error_code error;
      const std::size_t got = socket_.read_some(boost::asio::buffer(part), error);
      result.insert(result.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(got));
      ended_ = ended_ || (error && error != boost::asio::error::would_block);
      return ended_ || result.size() == size;
    });
    return result;
  }
  /// True once the other side has closed; what it sent before is skipped.
  bool closed() {
    while (!ended_ && !read(1).empty()) {
    }
    return ended_;
  }
  /// True if the answer to a hello is a refusal whose reason contains this.
  bool hello_refused(const std::string& reason_part) {
    const std::optional<HelloAnswer> answer = read_answer();
    return answer && !answer->accepted && answer->reason.find(reason_part) != std::string::npos;
  }
  std::optional<HelloAnswer> read_answer() {
    std::vector<std::byte> frame = read(kHeaderBytes);
    if (frame.size() < kHeaderBytes) return std::nullopt;
    const std::vector<std::byte> rest = read(read_header(frame).length);
    frame.insert(frame.end(), rest.begin(), rest.end());
    if (!checksum_good(frame)) return std::nullopt;
    return decode_hello_answer(frame);
  }
  /// Dials node `id` as replica `as` and says hello.
  bool introduce(std::uint32_t id, std::uint32_t as) {
    dial(id);
    const Origin origin{kCluster, 0, ReplicaId{as}};
    write(encode(origin, Hello{ReplicaId{id}, life(1000 + as)}).view);
    const std::optional<HelloAnswer> answer = read_answer();
    return answer && answer->accepted;
  }

  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  Loop& loop_;
  boost::asio::ip::tcp::socket socket_;
  bool ended_ = false;
};

}  // namespace decree::transport

#endif  // DECREE_TESTS_TRANSPORT_NODES_H_
