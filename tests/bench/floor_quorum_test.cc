// What the floor counts as done, event by event.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench/floor.h"
#include "bench/loopback.h"
#include "tests/support/temporary_directory.h"

namespace decree::bench {
namespace {

/// Real sockets to send on; each turn brings what the script says, and no write ends by itself.
class ScriptedIo final : public FloorIo {
 public:
  using Turn = std::function<void(ScriptedIo&)>;
  ScriptedIo(const std::string& file, std::vector<int> sockets, std::vector<Turn> script)
      : FloorIo(file, std::move(sockets)), script_(std::move(script)) {}

  void turn() override {
    if (turns_ == script_.size()) {
      throw std::logic_error("waits for more than the script has");
    }
    script_[turns_++](*this);
  }
  [[nodiscard]] std::string description() const override { return "scripted"; }
  [[nodiscard]] std::size_t turns() const { return turns_; }

  void end_write() { finish_write(appended(), static_cast<std::int64_t>(written_)); }
  void arrive(std::size_t socket, std::span<const std::byte> bytes) {
    std::memcpy(inbox(socket).make_room().data(), bytes.data(), bytes.size());
    inbox(socket).received(static_cast<std::int64_t>(bytes.size()));
  }
  void answer(std::size_t socket, std::uint64_t batch) {
    arrive(socket, std::as_bytes(std::span(&batch, 1)));
  }

 private:
  void start_write(std::uint64_t, std::span<const std::byte> bytes, std::uint64_t) override {
    written_ = bytes.size();
  }

  std::vector<Turn> script_;
  std::size_t turns_ = 0;
  std::size_t written_ = 0;
};

class FloorQuorum : public testing::Test {
 protected:
  FloorQuorum() { make_zeros(file_, 1u << 20); }

  /// How many turns a leader of three waits until one command is done.
  std::size_t turns_of(std::vector<ScriptedIo::Turn> script) {
    ScriptedIo io(file_, {links_[0].leader.get(), links_[1].leader.get()}, std::move(script));
    const LoadResult result =
        FloorLeader(io, 2).run({.outstanding = 1, .payload_bytes = 256, .seconds = 0});
    EXPECT_EQ(result.commits, 1U);
    return io.turns();
  }

  [[nodiscard]] ssize_t answered_bytes() const {
    std::uint64_t answer = 0;
    return ::recv(links_[0].leader.get(), &answer, sizeof answer, MSG_DONTWAIT);
  }

  TemporaryDirectory scratch_{"/var/tmp"};
  std::string file_ = scratch_ / "file";
  Connection links_[2] = {connect_loopback(), connect_loopback()};
};

const ScriptedIo::Turn kNothing = [](ScriptedIo&) {};
const ScriptedIo::Turn kDisk = [](ScriptedIo& io) { io.end_write(); };
const ScriptedIo::Turn kFirst = [](ScriptedIo& io) { io.answer(0, 1); };
const ScriptedIo::Turn kSecond = [](ScriptedIo& io) { io.answer(1, 1); };

TEST_F(FloorQuorum, ItsOwnDiskIsNotEnough) { EXPECT_EQ(turns_of({kDisk, kNothing, kFirst}), 3U); }

TEST_F(FloorQuorum, OneFollowerIsNotEnough) {
  EXPECT_EQ(turns_of({kSecond, kNothing, kDisk}), 3U);
  EXPECT_EQ(turns_of({kFirst, kFirst, kDisk}), 3U);
}

TEST_F(FloorQuorum, TheFollowersAreEnoughWithoutItsOwnDisk) {
  EXPECT_EQ(turns_of({kFirst, kSecond, kDisk}), 2U);
}

TEST_F(FloorQuorum, AnOlderAnswerIsNotEnough) {
  const ScriptedIo::Turn older = [](ScriptedIo& io) { io.answer(0, 0); };
  EXPECT_EQ(turns_of({kDisk, older, kFirst}), 3U);
}

TEST_F(FloorQuorum, AFollowerAnswersOnceItsWriteIsDurable) {
  std::vector<std::byte> frame(512);
  const std::uint32_t bytes = 512;
  const std::uint64_t batch = 7;
  std::memcpy(frame.data(), &batch, sizeof batch);
  std::memcpy(frame.data() + sizeof batch, &bytes, sizeof bytes);
  const std::span<const std::byte> all(frame);
  ScriptedIo io(file_, {links_[0].follower.get()},
                {[&](ScriptedIo& self) { self.arrive(0, all.first(500)); },
                 [&](ScriptedIo& self) {
                   EXPECT_EQ(self.appended(), 0U);  // half a frame
                   self.arrive(0, all.subspan(500));
                 },
                 [&](ScriptedIo& self) {
                   EXPECT_EQ(self.appended(), 1U);
                   EXPECT_EQ(answered_bytes(), -1);
                   self.end_write();
                 },
                 [&](ScriptedIo& self) { self.inbox(0).received(0); }});
  follow_floor(io);
  std::uint64_t answer = 0;
  EXPECT_EQ(::recv(links_[0].leader.get(), &answer, sizeof answer, MSG_WAITALL), 8);
  EXPECT_EQ(answer, batch);
}

}  // namespace
}  // namespace decree::bench
