// Terms of leadership, and the signal that ends them.
#include "decree/leadership.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/use_future.hpp>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "decree/fencing.h"
#include "tests/api/group.h"

namespace decree {
namespace {

std::stop_token given_up() {
  std::stop_source source;
  source.request_stop();
  return source.get_token();
}

class LeadershipOfOne : public OneReplica {
 protected:
  // Without its lease being lost to a machine that stalls.
  LeadershipOfOne() { common_.lease_us = 30'000'000; }
};

TEST_F(LeadershipOfOne, ATermIsWaitedForAndEndsWithTheReplica) {
  open(0);
  Leadership leadership(replica(0));
  const auto term = leadership.wait({});
  ASSERT_TRUE(term);
  EXPECT_TRUE(replica(0).holds_lease());
  EXPECT_EQ(term->token.ballot, replica(0).status().ballot);
  EXPECT_FALSE(term->stop.stop_requested());
  EXPECT_EQ(leadership.wait({})->token, term->token) << "while it lasts it is there at once";
  replica(0).close();
  EXPECT_TRUE(term->stop.stop_requested());
  EXPECT_FALSE(leadership.wait(given_up()));
}

TEST_F(LeadershipOfOne, ATermEndsWithItsWatch) {
  open(0);
  std::optional<Leadership::Term> term;
  {
    Leadership leadership(replica(0));
    term = leadership.wait({});
  }
  ASSERT_TRUE(term);
  EXPECT_TRUE(term->stop.stop_requested());
  EXPECT_TRUE(replica(0).holds_lease());
  EXPECT_EQ(Leadership(replica(0)).wait({})->token, term->token) << "another one begins again";
}

TEST_F(LeadershipOfOne, WhoGivesUpIsLetGoAlthoughItLeads) {
  open(0);
  Leadership leadership(replica(0));
  ASSERT_TRUE(leadership.wait({}));
  EXPECT_FALSE(leadership.wait(given_up()));
}

class LeadershipWithoutLeases : public OneReplica {
 protected:
  LeadershipWithoutLeases() { common_.lease_us = 0; }
};

TEST_F(LeadershipWithoutLeases, NoTermBegins) {
  open(0);
  get(replica(0).async_propose("1", boost::asio::use_future));  // it leads
  Leadership leadership(replica(0));
  std::stop_source give_up;
  const std::jthread later([&] {
    get(replica(0).async_propose("1", boost::asio::use_future));
    give_up.request_stop();
  });
  EXPECT_FALSE(leadership.wait(give_up.get_token()));
}

class LeadershipOfThree : public ApiTest {
 protected:
  // A leader that is alone has lost its lease long before it ceases to lead.
  LeadershipOfThree() {
    common_.suspect_us = 1'000'000;
    open_all();
  }

  struct First {
    std::size_t who;
    Leadership::Term term;
  };

  void watch(std::size_t i) { watches_[i] = std::make_unique<Leadership>(replica(i)); }
  /// The first term that any of the watches sees.
  First first_term() {
    std::promise<First> first;
    std::atomic<bool> found{false};
    std::stop_source give_up;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < watches_.size(); ++i) {
      threads.emplace_back([&, i] {
        const auto term = watches_[i]->wait(give_up.get_token());
        if (term && !found.exchange(true)) first.set_value({i, *term});
      });
    }
    std::future<First> result = first.get_future();
    const bool ready = result.wait_for(kDeadline) == std::future_status::ready;
    give_up.request_stop();
    threads.clear();
    if (!ready) throw std::runtime_error("nobody leads within the deadline");
    return result.get();
  }

  std::vector<std::unique_ptr<Leadership>> watches_{3};
};

TEST_F(LeadershipOfThree, TheNextTermIsElsewhereAndItsTokenGreater) {
  for (std::size_t i = 0; i < 3; ++i) watch(i);
  const First first = first_term();
  replica(first.who).close();
  EXPECT_TRUE(first.term.stop.stop_requested());
  const First second = first_term();
  EXPECT_NE(second.who, first.who);
  Fence fence;
  EXPECT_TRUE(fence.admit(first.term.token));
  EXPECT_TRUE(fence.admit(second.term.token));
  EXPECT_FALSE(fence.admit(first.term.token));
}

TEST_F(LeadershipOfThree, DoubtStopsATermAndTheNextBeginsWhenItIsOver) {
  for (std::size_t i = 0; i < 3; ++i) watch(i);
  const First first = first_term();
  std::promise<void> stopped;
  const std::stop_callback signal(first.term.stop, [&] {
    EXPECT_FALSE(replica(first.who).holds_lease());
    EXPECT_EQ(replica(first.who).status().role, Role::leader);
    // A callback may call anything that does not wait.
    EXPECT_FALSE(watches_[first.who]->wait(given_up()));
    stopped.set_value();
  });
  for (std::size_t i = 0; i < 3; ++i) {
    if (i == first.who) continue;
    watches_[i].reset();
    replicas_[i].reset();
  }
  get(stopped.get_future());
  for (std::size_t i = 0; i < 3; ++i) {
    if (i == first.who) continue;
    open(i);
    watch(i);
  }
  const First second = first_term();
  EXPECT_FALSE(second.term.token < first.term.token);
}

}  // namespace
}  // namespace decree
