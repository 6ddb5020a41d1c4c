// decree-wal backup and restore, on logs that are in use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/support/paths.h"
#include "tests/support/temporary_directory.h"
#include "tests/tools/tool.h"
#include "tests/wal/log_fixture.h"
#include "transport/codec.h"
#include "wal/open_disk.h"

namespace decree::wal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::uint64_t kNewCluster = 8;
// So much is read of a pipe at first, which may hold 64 KiB more: the writer is in the middle of a
// frame of a megabyte, or of a snapshot of half of that.
constexpr std::size_t kReadFirst = 100'000;

/// What a restored directory holds: a snapshot, and what is known chosen behind it.
struct Restored {
  Slot snapshot;
  std::string state;
  std::map<std::uint64_t, std::string> values;
};

class BackupTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    std::string notice;
    std::string problem;
    disk_ = open_disk(path_, *proactor_, notice, problem);
    ASSERT_TRUE(disk_) << problem;
    Opened opened = open_log(*disk_, small_options());
    ASSERT_TRUE(opened.log) << opened.problem;
    log_ = std::move(opened.log);
  }
  void close() {
    log_.reset();
    disk_.reset();
  }

  void write(std::vector<KeptRecord> batch) {
    ASSERT_TRUE(wait_durable(*log_, *disk_, append(*log_, batch)));
  }
  KeptRecord accept(std::uint64_t round, std::uint64_t first, std::vector<std::string> texts) {
    const Ballot ballot{round, ReplicaId{1}, Incarnation{9}};
    KeptRecord record{0, RecordKind::accept, ballot, Slot{first}, Slot{first + texts.size() - 1},
                      {}};
    const std::vector<Value> values = values_of(texts);
    keep(record, Accept{ballot, Slot{1}, Slot{first}, {}, {}, values});
    return record;
  }
  KeptRecord chosen(std::uint64_t first, std::vector<std::string> texts) {
    KeptRecord record{0, RecordKind::chosen, {}, Slot{first}, Slot{first + texts.size() - 1}, {}};
    const std::vector<Value> values = values_of(texts);
    keep(record, Chosen{Slot{first}, values});
    return record;
  }
  static KeptRecord watermark(std::uint64_t slot) {
    return {0, RecordKind::watermark, {}, {}, Slot{slot}, {}};
  }

  /// One slot a batch, each with so many bytes, and known chosen.
  void write_slots(std::uint64_t first, std::uint64_t last, std::size_t bytes) {
    for (std::uint64_t slot = first; slot <= last; ++slot) {
      write({accept(1, slot, {text_of(slot, bytes)}), watermark(slot)});
    }
  }
  static std::string text_of(std::uint64_t slot, std::size_t bytes) {
    std::string text = std::to_string(slot);
    text.resize(bytes, '.');
    return text;
  }

  Outcome back_up(const std::string& options = {}) {
    return run_tool("backup " + path_ + " " + backups_ + " " + options);
  }
  [[nodiscard]] std::string backup_of(std::uint64_t slot) const {
    std::string number = std::to_string(slot);
    return backups_ + "/slot-" + std::string(20 - number.size(), '0') + number + ".backup";
  }
  Outcome restore(const std::string& backup, std::uint64_t cluster = kNewCluster) {
    return run_tool("restore " + backup + " " + new_path_ + " --replica 1 --cluster " +
                    std::to_string(cluster));
  }
  Restored open_restored() {
    std::string notice;
    std::string problem;
    const auto disk = open_disk(new_path_, *proactor_, notice, problem);
    EXPECT_TRUE(disk) << problem;
    LogOptions options;
    options.cluster = kNewCluster;
    options.replica = ReplicaId{1};
    Opened opened = open_log(*disk, options);
    EXPECT_TRUE(opened.log) << opened.problem;
    EXPECT_TRUE(opened.holes.empty());
    Restored restored{opened.snapshot, opened.state, {}};
    for (const KeptRecord& record : opened.records) take(record, restored);
    return restored;
  }
  /// All that a backup of the log restores to.
  Restored back_up_and_restore(std::uint64_t slot, const std::string& options = {}) {
    const Outcome taken = back_up(options);
    EXPECT_EQ(taken.status, 0) << taken.text;
    const Outcome made = restore(backup_of(slot));
    EXPECT_EQ(made.status, 0) << made.text;
    return made.status == 0 ? open_restored() : Restored{};
  }

  [[nodiscard]] bool nothing_is_restored() const {
    return !std::filesystem::exists(new_path_) &&
           !std::filesystem::exists(new_path_ + ".restoring");
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "log";
  std::string backups_ = directory_ / "backups";
  std::string new_path_ = directory_ / "new";
  const std::unique_ptr<proactor::Proactor> proactor_ = proactor::Proactor::open_epoll();
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Log> log_;

 private:
  static std::vector<Value> values_of(const std::vector<std::string>& texts) {
    std::vector<Value> values;
    for (const std::string& text : texts) {
      values.push_back(
          {ValueKind::command, {}, {}, Payload::copy_of(std::as_bytes(std::span(text)))});
    }
    return values;
  }
  void keep(KeptRecord& record, const Message& message) {
    const Payload frame = encoder_.encode(message);
    record.bytes.assign(frame.view.begin(), frame.view.end());
  }
  static void take(const KeptRecord& record, Restored& restored) {
    if (record.kind == RecordKind::watermark) return;
    EXPECT_EQ(record.kind, RecordKind::chosen) << "only what is chosen is restored";
    transport::Decoder decoder;
    std::string_view problem;
    const Message* message = decoder.decode(Payload::copy_of(record.bytes), problem);
    ASSERT_NE(message, nullptr) << problem;
    std::uint64_t slot = record.first.value;
    for (const Value& value : std::get<Chosen>(*message).values) {
      const auto* text = reinterpret_cast<const char*>(value.bytes.view.data());
      restored.values[slot++] = std::string(text, value.bytes.size());
    }
  }

  transport::Encoder encoder_{transport::Origin{kCluster, 0, ReplicaId{1}}};
};

// --- What is in it.

TEST_F(BackupTest, HoldsWhatIsKnownChosenAndNothingElse) {
  write({accept(1, 1, {"a", "superseded", "superseded too"})});
  write({accept(2, 2, {"b", "c", "not known chosen"}), watermark(1)});
  write({accept(1, 3, {"late and lower"}), watermark(3)});
  write({chosen(4, {"d"}), accept(2, 5, {"nor this"})});
  const Restored restored = back_up_and_restore(4);
  EXPECT_EQ(restored.snapshot, Slot{});
  EXPECT_THAT(restored.values, ElementsAre(Pair(1, "a"), Pair(2, "b"), Pair(3, "c"), Pair(4, "d")));
}

TEST_F(BackupTest, EndsAtTheSlotThatIsNamed) {
  write({accept(1, 1, {"a", "b", "c", "d"})});
  write({watermark(4)});
  EXPECT_THAT(back_up_and_restore(2, "--to-slot 2").values,
              ElementsAre(Pair(1, "a"), Pair(2, "b")));
}

TEST_F(BackupTest, BeginsWithTheSnapshot) {
  write({accept(1, 1, {"a", "b", "c"}), watermark(3)});
  ASSERT_TRUE(snapshot(*log_, *disk_, Slot{2}, Slot{}, std::string(200'000, 's')));
  const Restored restored = back_up_and_restore(3);
  EXPECT_EQ(restored.snapshot, Slot{2});
  EXPECT_EQ(restored.state, std::string(200'000, 's'));
  EXPECT_THAT(restored.values, ElementsAre(Pair(3, "c")));
}

TEST_F(BackupTest, OfASnapshotsOwnSlotIsTheSnapshot) {
  write({accept(1, 1, {"a", "b", "c"}), watermark(3)});
  ASSERT_TRUE(snapshot(*log_, *disk_, Slot{2}, Slot{}, "state"));
  const Restored restored = back_up_and_restore(2, "--to-slot 2");
  EXPECT_EQ(restored.state, "state");
  EXPECT_TRUE(restored.values.empty());
}

TEST_F(BackupTest, IsLargerThanAFrame) {
  write_slots(1, 100, 30'000);
  const Restored restored = back_up_and_restore(100);
  ASSERT_EQ(restored.values.size(), 100U);
  for (const auto& [slot, text] : restored.values) EXPECT_EQ(text, text_of(slot, 30'000));
}

// --- What is not here.

TEST_F(BackupTest, OfASlotThatIsNotHereIsRefused) {
  EXPECT_EQ(back_up().status, 3);
  write({accept(1, 1, {"a", "b", "c"}), watermark(2)});
  Outcome outcome = back_up("--to-slot 3");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.text, HasSubstr("slot 3 is known here to be chosen: the log knows it of the "
                                      "slots through 2"));
  ASSERT_TRUE(snapshot(*log_, *disk_, Slot{2}, Slot{2}, "state"));
  outcome = back_up("--to-slot 1");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.text, HasSubstr("slot 1 is not held any more"));
  EXPECT_TRUE(std::filesystem::is_empty(backups_)) << "what was begun is gone";
}

TEST_F(BackupTest, OfADamagedLogNamesThePlace) {
  write({accept(1, 1, {"a"}), watermark(1)});
  write({accept(1, 2, {"b"}), watermark(2)});
  write({accept(1, 3, {"c"}), watermark(3)});
  close();
  // A batch, a mark, a batch, ...: this is the second batch.
  std::fstream file(path_ + "/segment-0000000000000001.log",
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(3 * static_cast<std::streamoff>(kBlockSize) + 300);
  file.put('!');
  file.close();
  const Outcome outcome = back_up();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.text, HasSubstr("offset 12288: the appends 2 to 2 are damaged"));
  EXPECT_THAT(back_up_and_restore(1, "--to-slot 1").values, ElementsAre(Pair(1, "a")));
}

TEST_F(BackupTest, OfADamagedSnapshotIsRefused) {
  write({accept(1, 1, {"a"}), watermark(1)});
  ASSERT_TRUE(snapshot(*log_, *disk_, Slot{1}, Slot{1}, std::string(200'000, 's')));
  std::fstream file(path_ + "/" + snapshot_name(Slot{1}),
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100'000);
  file.put('!');
  file.close();
  const Outcome outcome = back_up();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.text, HasSubstr("the chunk is damaged"));
}

// --- The log changes while it is read.

/// A backup into a pipe that is full until the test goes on reading.
class SlowBackup {
 public:
  SlowBackup(const std::string& arguments, const std::string& file)
      : pipe_(::popen((bin_dir() + "/decree-wal " + arguments + " 2>" + file + ".errors").c_str(),
                      "r")),
        file_(file, std::ios::binary) {
    copy(kReadFirst);
  }
  SlowBackup(const SlowBackup&) = delete;
  SlowBackup& operator=(const SlowBackup&) = delete;
  ~SlowBackup() { finish(); }

  /// Its exit status.
  int finish() {
    if (pipe_ == nullptr) return -1;
    while (copy(kReadFirst) != 0) {
    }
    file_.close();
    return WEXITSTATUS(::pclose(std::exchange(pipe_, nullptr)));
  }

 private:
  std::size_t copy(std::size_t most) {
    std::vector<char> bytes(most);
    const std::size_t got = std::fread(bytes.data(), 1, most, pipe_);
    file_.write(bytes.data(), static_cast<std::streamsize>(got));
    return got;
  }

  FILE* pipe_;
  std::ofstream file_;
};

class ChangingLogTest : public BackupTest {
 protected:
  static constexpr std::size_t kValueBytes = 30'000;  // two slots a segment
  std::string file_ = directory_ / "piped.backup";

  /// A snapshot of `slot`, behind which the older segments become new ones.
  void cut_and_go_on(std::uint64_t slot, std::uint64_t last) {
    ASSERT_TRUE(snapshot(*log_, *disk_, Slot{slot}, Slot{slot}, "state"));
    write_slots(slot + 1, last, kValueBytes);
    ASSERT_FALSE(std::filesystem::exists(path_ + "/segment-0000000000000002.log"));
  }
  void expect_restored(std::uint64_t snapshot_slot, std::uint64_t last) {
    const Outcome outcome = restore(file_);
    ASSERT_EQ(outcome.status, 0) << outcome.text;
    const Restored restored = open_restored();
    EXPECT_EQ(restored.snapshot, Slot{snapshot_slot});
    EXPECT_EQ(restored.state, "state");
    std::uint64_t slot = last;
    for (auto each = restored.values.rbegin(); slot > snapshot_slot; ++each, --slot) {
      ASSERT_NE(each, restored.values.rend());
      EXPECT_EQ(each->first, slot);
      EXPECT_EQ(each->second, text_of(slot, kValueBytes));
    }
  }
};

TEST_F(ChangingLogTest, SegmentsAreUsedAgainUnderTheReader) {
  write_slots(1, 100, kValueBytes);
  SlowBackup backup("backup " + path_ + " -", file_);  // has read as far as slot 35
  cut_and_go_on(99, 220);
  EXPECT_EQ(backup.finish(), 0);
  expect_restored(99, 220);
}

TEST_F(ChangingLogTest, TheSnapshotIsReplacedUnderTheReader) {
  write_slots(1, 10, kValueBytes);
  ASSERT_TRUE(snapshot(*log_, *disk_, Slot{8}, Slot{8}, std::string(500'000, 's')));
  SlowBackup backup("backup " + path_ + " -", file_);
  write_slots(11, 20, kValueBytes);
  cut_and_go_on(20, 40);
  EXPECT_EQ(backup.finish(), 0);
  expect_restored(20, 40);
}

TEST_F(ChangingLogTest, TheNamedSlotGoesUnderTheReader) {
  write_slots(1, 100, kValueBytes);
  SlowBackup backup("backup " + path_ + " - --to-slot 90", file_);
  cut_and_go_on(99, 220);
  EXPECT_EQ(backup.finish(), 3);
  EXPECT_EQ(run_tool("verify " + file_).status, 2) << "without its end it is no backup";
}

TEST_F(ChangingLogTest, TheReplicaIsStartedAgainUnderTheReader) {
  write_slots(1, 100, kValueBytes);
  SlowBackup backup("backup " + path_ + " -", file_);
  close();
  open();
  write_slots(101, 110, kValueBytes);
  EXPECT_EQ(backup.finish(), 0);
  const Outcome outcome = restore(file_);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_EQ(open_restored().values.size(), 110U);
}

// --- Bad backups, bad directories.

class RestoreTest : public BackupTest {
 protected:
  void SetUp() override {
    BackupTest::SetUp();
    write({accept(1, 1, {"a", "b"}), watermark(2)});
    ASSERT_TRUE(snapshot(*log_, *disk_, Slot{1}, Slot{}, std::string(70'000, 's')));
    ASSERT_EQ(back_up().status, 0);
    std::ifstream file(backup_of(2), std::ios::binary);
    good_.assign(std::istreambuf_iterator<char>(file), {});
    ASSERT_GT(good_.size(), 2 * kChunkBytes);
  }

  Outcome verify(const std::string& bytes) {
    std::ofstream(bad_, std::ios::binary) << bytes;
    return run_tool("verify " + bad_);
  }

  std::string good_;
  std::string bad_ = directory_ / "bad.backup";
};

TEST_F(RestoreTest, AGoodBackupIsGood) {
  const Outcome outcome = verify(good_);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.text, HasSubstr("good: the state after slot 2"));
}

TEST_F(RestoreTest, ABackupThatIsCutShortIsRefused) {
  for (std::size_t bytes = 0; bytes < good_.size(); bytes += good_.size() / 40) {
    EXPECT_EQ(verify(good_.substr(0, bytes)).status, 2) << bytes;
  }
  EXPECT_EQ(verify(good_.substr(0, good_.size() - 32)).status, 2) << "without its end";
  EXPECT_EQ(verify(good_ + "x").status, 2);
  ASSERT_EQ(verify(good_.substr(0, good_.size() - 1)).status, 2);
  const Outcome outcome = restore(bad_);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.text, HasSubstr("it ends here, without the end of a backup"));
  EXPECT_TRUE(nothing_is_restored());
}

TEST_F(RestoreTest, ADamagedBackupIsRefused) {
  for (std::size_t at = 0; at < good_.size(); at += at < 256 ? 1 : good_.size() / 40) {
    std::string bytes = good_;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    EXPECT_EQ(verify(bytes).status, 2) << at;
  }
  std::string bytes = good_;
  bytes[100'000] = static_cast<char>(bytes[100'000] ^ 4);
  ASSERT_EQ(verify(bytes).status, 2);
  const Outcome outcome = restore(bad_);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.text, HasSubstr("the backup is damaged"));
  EXPECT_TRUE(nothing_is_restored());
}

TEST_F(RestoreTest, TheSameClusterIsRefused) {
  const Outcome outcome = restore(backup_of(2), kCluster);
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.text, HasSubstr("the backup is of cluster 7 itself"));
  EXPECT_TRUE(nothing_is_restored());
  EXPECT_EQ(restore(backup_of(2), 0).status, 4);
  EXPECT_EQ(run_tool("restore " + backup_of(2) + " " + new_path_ + " --replica 1").status, 4);
}

TEST_F(RestoreTest, ADirectoryWithSomethingInItIsRefused) {
  std::filesystem::create_directory(new_path_);
  std::ofstream(new_path_ + "/precious") << "x";
  const Outcome outcome = restore(backup_of(2));
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.text, HasSubstr("is there and not an empty directory"));
  EXPECT_TRUE(std::filesystem::exists(new_path_ + "/precious"));
  std::filesystem::remove(new_path_ + "/precious");
  EXPECT_EQ(restore(backup_of(2)).status, 0) << "an empty one will do";
}

TEST_F(RestoreTest, WhatAnInterruptedRestoreLeftIsNotTouched) {
  std::filesystem::create_directory(new_path_ + ".restoring");
  const Outcome outcome = restore(backup_of(2));
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.text, HasSubstr("is left over from a restore that was interrupted"));
  EXPECT_FALSE(std::filesystem::exists(new_path_));
}

TEST_F(RestoreTest, EachRestoredDirectoryIsAnothers) {
  ASSERT_EQ(restore(backup_of(2)).status, 0);
  const Outcome first = run_tool("verify " + new_path_);
  EXPECT_THAT(first.text, HasSubstr("cluster 8, replica 1, incarnation "));
  std::filesystem::remove_all(new_path_);
  ASSERT_EQ(restore(backup_of(2)).status, 0);
  EXPECT_NE(run_tool("verify " + new_path_).text, first.text) << "a new incarnation each time";
}

TEST_F(RestoreTest, ABackupDoesNotTakeAnothersPlace) {
  const Outcome outcome = back_up();
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.text, HasSubstr("File exists"));
}

}  // namespace
}  // namespace decree::wal
