// Replicas in this process for the tests of the API: threads, sockets and disks are real.
#ifndef DECREE_TESTS_API_GROUP_H_
#define DECREE_TESTS_API_GROUP_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "decree/replica.h"
#include "examples/demo/ports.h"
#include "tests/support/temporary_directory.h"

namespace decree {

inline constexpr std::chrono::seconds kDeadline{60};

class Counter final : public StateMachine {
 public:
  void apply(const Entry& entry, Reply& reply) override {
    total_ += std::stoi(std::string(entry.text()));
    reply.assign(std::to_string(total_));
  }
  std::unique_ptr<SnapshotView> snapshot() override {
    return std::make_unique<CopiedState>(std::to_string(total_));
  }
  void restore(SnapshotReader& reader) override { total_ = std::stoi(read_all(reader)); }
  [[nodiscard]] int total() const { return total_; }

 private:
  int total_ = 0;
};

template <typename T>
T get(std::future<T> future) {
  if (future.wait_for(kDeadline) != std::future_status::ready) {
    throw std::runtime_error("no answer within the deadline");
  }
  return future.get();
}

class ApiTest : public testing::Test {
 protected:
  explicit ApiTest(std::size_t replicas = 3) {
    for (const std::uint16_t port : demo::free_ports(replicas)) {
      const auto id = static_cast<std::uint32_t>(members_.size() + 1);
      members_.push_back({ReplicaId{id}, "127.0.0.1", port});
    }
    replicas_.resize(replicas);
    machines_.resize(replicas);
    common_.suspect_us = 200'000;
  }

  [[nodiscard]] Options options(std::size_t i) const {
    Options options = common_;
    options.cluster = 42;
    options.id = members_[i].id;
    options.members = members_;
    options.directory = root_ / std::to_string(i + 1);
    options.log_bytes = 256u << 20;
    return options;
  }
  void open(std::size_t i) {
    machines_[i] = std::make_unique<Counter>();
    replicas_[i].emplace(Replica::open(options(i), *machines_[i]));
  }
  void open_all() {
    for (std::size_t i = 0; i < replicas_.size(); ++i) open(i);
  }
  Replica& replica(std::size_t i) { return *replicas_[i]; }

  Options common_;  // of which the spans of time count
  TemporaryDirectory root_{"/var/tmp"};
  std::vector<Member> members_;
  std::vector<std::unique_ptr<Counter>> machines_;
  std::vector<std::optional<Replica>> replicas_;
};

class OneReplica : public ApiTest {
 protected:
  OneReplica() : ApiTest(1) {}
};

}  // namespace decree

#endif  // DECREE_TESTS_API_GROUP_H_
