#include "bench/peers/libraft_replica.h"

#include <fmt/format.h>

#include <filesystem>
#include <future>
#include <limits>
#include <stdexcept>
#include <utility>

#include "bench/peers/libraft_load.h"

namespace decree::bench {
namespace {

// Snapshots every 1024 entries, as is the default, would halve its throughput, and Decree takes
// none.
constexpr unsigned kNever = std::numeric_limits<unsigned>::max();

std::string address(std::uint16_t port) { return fmt::format("127.0.0.1:{}", port); }

void check(int status, const std::string& what, const char* why) {
  if (status != 0) {
    throw std::runtime_error(fmt::format("libraft: {}: {}", what, why));
  }
}

int apply_nothing(raft_fsm*, const raft_buffer*, void** result) {
  *result = nullptr;
  return 0;
}

}  // namespace

LibraftReplica::LibraftReplica(std::uint32_t id, const std::vector<std::uint16_t>& ports,
                               std::string directory)
    : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
  machine_.version = 1;
  machine_.apply = apply_nothing;
  open(id, ports);
  bootstrap(ports);
  raft_set_snapshot_threshold(&raft_, kNever);
  check(raft_start(&raft_), "start", raft_errmsg(&raft_));
  thread_.start();
}

void LibraftReplica::open(std::uint32_t id, const std::vector<std::uint16_t>& ports) {
  check(raft_uv_tcp_init(&transport_, thread_.loop()), "connections", transport_.errmsg);
  check(raft_uv_init(&io_, thread_.loop(), directory_.c_str(), &transport_), directory_,
        io_.errmsg);
  check(raft_init(&raft_, &io_, &machine_, id, address(ports.at(id - 1)).c_str()), "open",
        raft_errmsg(&raft_));
}

void LibraftReplica::bootstrap(const std::vector<std::uint16_t>& ports) {
  raft_configuration members;
  raft_configuration_init(&members);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    raft_configuration_add(&members, i + 1, address(ports[i]).c_str(), RAFT_VOTER);
  }
  check(raft_bootstrap(&raft_, &members), "members", raft_errmsg(&raft_));
  raft_configuration_close(&members);
}

LibraftReplica::~LibraftReplica() {
  std::promise<void> closed;
  raft_.data = &closed;
  thread_.post([this] {
    raft_close(&raft_, [](struct raft* closed_raft) {
      static_cast<std::promise<void>*>(closed_raft->data)->set_value();
    });
  });
  closed.get_future().wait();
  thread_.join();
  raft_uv_close(&io_);
  raft_uv_tcp_close(&transport_);
}

bool LibraftReplica::leads() {
  return thread_.call([this] { return raft_state(&raft_) == RAFT_LEADER; });
}

LoadResult LibraftReplica::run(const LoadRequest& request) {
  return LibraftLoad(thread_, raft_, request).run();
}

}  // namespace decree::bench
