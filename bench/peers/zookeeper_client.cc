#include "bench/peers/zookeeper_client.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <zookeeper/zookeeper.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/command_times.h"
#include "bench/loopback.h"

namespace decree::bench {
namespace {

constexpr int kSessionMs = 30'000;
constexpr std::chrono::seconds kPatience{10};
constexpr int kAnyVersion = -1;

class ZookeeperClient final : public Client {
 public:
  ZookeeperClient(std::uint16_t port, std::string version);
  ~ZookeeperClient() override { zookeeper_close(session_); }

  [[nodiscard]] std::string version() const override { return version_; }
  LoadResult run(const LoadRequest& request) override;

 private:
  struct Set {
    ZookeeperClient* client = nullptr;
    std::size_t place = 0;
  };

  void turn();
  void turn_until(const std::function<bool()>& done);
  void make_node();
  void start(Set& set);
  void completed(Set& set, int status);

  zhandle_t* session_ = nullptr;
  std::string version_;

  // Of the run under way.
  std::string value_;
  std::vector<Set> sets_;
  std::optional<CommandTimes> times_;
};

ZookeeperClient::ZookeeperClient(std::uint16_t port, std::string version)
    : session_(zookeeper_init(fmt::format("127.0.0.1:{}", port).c_str(), nullptr, kSessionMs,
                              nullptr, nullptr, 0)),
      version_(std::move(version)) {
  if (session_ == nullptr) {
    throw std::runtime_error("the library of ZooKeeper makes no session");
  }
  try {
    turn_until([this] { return zoo_state(session_) == ZOO_CONNECTED_STATE; });
    make_node();
  } catch (...) {
    zookeeper_close(session_);
    throw;
  }
}

/// Waits until the library can go on with its one connection, and lets it.
void ZookeeperClient::turn() {
  int socket = -1;
  int interest = 0;
  timeval longest{};
  zookeeper_interest(session_, &socket, &interest, &longest);
  pollfd wanted{.fd = socket, .events = 0, .revents = 0};
  if ((interest & ZOOKEEPER_READ) != 0) wanted.events |= POLLIN;
  if ((interest & ZOOKEEPER_WRITE) != 0) wanted.events |= POLLOUT;
  const auto milliseconds = static_cast<int>(longest.tv_sec * 1000 + longest.tv_usec / 1000);
  ::poll(&wanted, 1, milliseconds);
  int ready = 0;
  if ((wanted.revents & (POLLIN | POLLHUP | POLLERR)) != 0) ready |= ZOOKEEPER_READ;
  if ((wanted.revents & POLLOUT) != 0) ready |= ZOOKEEPER_WRITE;
  zookeeper_process(session_, ready);
}

void ZookeeperClient::turn_until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the session does not connect");
    }
    turn();
  }
}

void ZookeeperClient::make_node() {
  std::optional<int> status;
  const auto made = [](int result, const char*, const void* data) {
    *const_cast<std::optional<int>*>(static_cast<const std::optional<int>*>(data)) = result;
  };
  zoo_acreate(session_, kKey, "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, made, &status);
  turn_until([&] { return status.has_value(); });
  if (*status != ZOK && *status != ZNODEEXISTS) {
    throw std::runtime_error(fmt::format("the node is not made: {}", zerror(*status)));
  }
}

LoadResult ZookeeperClient::run(const LoadRequest& request) {
  value_.assign(request.payload_bytes, 'x');
  sets_.assign(request.outstanding, {.client = this, .place = 0});
  times_.emplace(request);
  for (std::size_t place = 0; place < sets_.size(); ++place) {
    sets_[place].place = place;
    start(sets_[place]);
  }
  while (!times_->over()) {
    turn();
  }
  return times_->result();
}

void ZookeeperClient::start(Set& set) {
  const auto callback = [](int status, const Stat*, const void* data) {
    Set& answered = *const_cast<Set*>(static_cast<const Set*>(data));
    answered.client->completed(answered, status);
  };
  const int status = zoo_aset(session_, kKey, value_.data(), static_cast<int>(value_.size()),
                              kAnyVersion, callback, &set);
  if (status != ZOK) {
    completed(set, status);
  }
}

void ZookeeperClient::completed(Set& set, int status) {
  if (times_->completed(set.place, status == ZOK ? "" : zerror(status))) {
    start(set);
  }
}

/// What a server says of itself, to anybody.
std::string ask_status(std::uint16_t port) {
  constexpr std::string_view kQuestion = "srvr";
  const Descriptor socket = connect_to(port);
  checked(static_cast<int>(::send(socket.get(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL)),
          "send");
  std::string answer;
  std::array<char, 4096> chunk{};
  for (;;) {
    const int n =
        checked(static_cast<int>(::recv(socket.get(), chunk.data(), chunk.size(), 0)), "receive");
    if (n == 0) return answer;
    answer.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

/// "3.8.0" of "Zookeeper version: 3.8.0-...".
std::string version_in(const std::string& status) {
  const std::size_t begin = status.find_first_of("0123456789");
  const std::size_t end = status.find_first_not_of("0123456789.", begin);
  return begin == std::string::npos ? "unknown" : status.substr(begin, end - begin);
}

}  // namespace

std::unique_ptr<Client> connect_zookeeper(std::uint16_t port) {
  const std::string status = ask_status(port);
  if (status.find("Mode: leader") == std::string::npos) {
    return nullptr;
  }
  zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
  return std::make_unique<ZookeeperClient>(port, version_in(status));
}

}  // namespace decree::bench
