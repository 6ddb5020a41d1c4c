// The kinds of proactor, and what they start.
#ifndef DECREE_TESTS_PROACTOR_BOTH_H_
#define DECREE_TESTS_PROACTOR_BOTH_H_

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "proactor/proactor.h"

namespace decree::proactor {

enum class Kind { uring, polling_uring, epoll };

inline std::unique_ptr<Proactor> open(Kind kind) {
  std::error_code refusal;
  if (kind == Kind::epoll) return Proactor::open_epoll();
  auto proactor = Proactor::open(refusal);
  if (kind == Kind::polling_uring) proactor->poll_for(std::chrono::milliseconds(1));
  return proactor;
}

/// Keeps its results, and calls `then` after each.
struct Kept final : Operation {
  void completed(int result) override {
    results.push_back(result);
    if (then) then();
  }
  std::vector<int> results;
  std::function<void()> then;
};

inline constexpr std::chrono::seconds kPatience{10};

/// False once its time is over.
template <typename Condition>
bool wait_until(Proactor& proactor, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    proactor.wait(kPatience, true);
  }
  return true;
}

class BothTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { ASSERT_EQ(proactor_->uring() != nullptr, GetParam() != Kind::epoll); }
  const std::unique_ptr<Proactor> proactor_ = open(GetParam());
};

inline std::string name_of(const ::testing::TestParamInfo<Kind>& kind) {
  if (kind.param == Kind::epoll) return "Epoll";
  return kind.param == Kind::uring ? "Uring" : "PollingUring";
}

}  // namespace decree::proactor

#endif  // DECREE_TESTS_PROACTOR_BOTH_H_
