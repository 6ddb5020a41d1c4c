// decree-wal: looks at the directory of a replica, repairs it from the others, takes backups of it,
// makes directories of them.
#include <fcntl.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>

#include "tools/backup.h"
#include "tools/backup_file.h"
#include "tools/inspect.h"
#include "tools/repair.h"
#include "tools/restore.h"
#include "wal/open_disk.h"
#include "wal/posix_file.h"

namespace decree::tools {
namespace {

constexpr char kPipe[] = "-";
constexpr int kInput = 0;
constexpr int kOutput = 1;

struct Arguments {
  std::string path;  // of a directory or a backup
  std::string out;
  bool records = false;
  bool hex = false;
  std::string members;
  std::chrono::seconds patience{60};
  std::uint64_t slot = Backup::kNewest.value;
  NewReplica replica;
};

int status_of(const Verdict& verdict) {
  if (!verdict.problem.empty()) fmt::print(stderr, "decree-wal: {}\n", verdict.problem);
  return static_cast<int>(verdict.exit);
}

/// A backup to read: a file or the standard input.
Verdict open_backup(const std::string& path, UniqueFd& file, int& fd) {
  fd = kInput;
  if (path == kPipe) return {};
  file = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  fd = file.get();
  if (file) return {};
  return {Exit::unreadable, path + " cannot be opened: " + wal::last_error().message()};
}

Verdict inspect(const Arguments& arguments, bool dump) {
  Listing listing(dump, arguments.records, arguments.hex);
  const bool is_backup =
      arguments.path == kPipe || std::filesystem::is_regular_file(arguments.path);
  DirectoryFacts facts;
  if (dump || !is_backup) return inspect_log(arguments.path, listing, facts);
  UniqueFd file;
  int fd = -1;
  const Verdict verdict = open_backup(arguments.path, file, fd);
  return verdict.exit == Exit::good ? inspect_backup(fd) : verdict;
}

Verdict back_up(const Arguments& arguments) {
  const bool to_pipe = arguments.out == kPipe;
  std::string problem;
  const std::unique_ptr<wal::Disk> disk = wal::open_disk_in_use(arguments.path, problem);
  if (!disk) return {Exit::unreadable, problem};
  BackupFile file;
  if (!to_pipe) problem = file.create(arguments.out);
  if (!problem.empty()) return {Exit::unreadable, problem};
  Backup backup(*disk, to_pipe ? kOutput : file.get(), Slot{arguments.slot});
  Verdict verdict = backup.run();
  if (verdict.exit != Exit::good) return verdict;
  if (!to_pipe) problem = file.publish(backup.slot());
  if (!problem.empty()) return {Exit::unreadable, problem};
  fmt::print(stderr, "backup of cluster {}, the state after slot {}{}\n", backup.source().cluster,
             backup.slot().value, to_pipe ? "" : ": " + file.path());
  return {};
}

Verdict make_replica(Arguments& arguments) {
  std::string& directory = arguments.replica.directory;
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  UniqueFd file;
  int fd = -1;
  Verdict verdict = open_backup(arguments.path, file, fd);
  if (verdict.exit != Exit::good) return verdict;
  BackupReader backup(fd);
  Slot slot;
  verdict = restore(backup, arguments.replica, slot);
  if (verdict.exit != Exit::good) return verdict;
  fmt::print(stderr, "{}: replica {} of cluster {}, the state after slot {} of cluster {}\n",
             directory, arguments.replica.id.value, arguments.replica.cluster, slot.value,
             backup.header().cluster);
  return {};
}

void declare(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(1);
  CLI::App* verify = app.add_subcommand("verify", "Read everything and say what is damaged");
  verify
      ->add_option("path", arguments.path,
                   "The directory of a replica that is not running, or a "
                   "backup, - for standard input")
      ->required();
  CLI::App* dump = app.add_subcommand("dump", "The same, and print the segments and the batches");
  dump->add_option("directory", arguments.path, "The log's directory")->required();
  dump->add_flag("--records", arguments.records, "Print each record, too");
  dump->add_flag("--hex", arguments.hex, "Print the bytes of each batch, too");
  CLI::App* repair = app.add_subcommand(
      "repair", "Get back what a directory has lost, and change nothing in one that is good");
  repair->add_option("directory", arguments.path, "The directory of a replica that is not running")
      ->required();
  repair
      ->add_option("--from-peers", arguments.members,
                   "The group as its replicas know it, this one included: 1=host:port,...")
      ->required();
  repair
      ->add_option_function<unsigned>(
          "--within", [&](unsigned seconds) { arguments.patience = std::chrono::seconds(seconds); },
          "Give up after so many seconds; what is back by then stays (60)")
      ->check(CLI::PositiveNumber);
  CLI::App* backup = app.add_subcommand("backup", "Take a backup, be the replica running or not");
  backup->add_option("directory", arguments.path, "The replica's directory")->required();
  backup
      ->add_option("out", arguments.out,
                   "Directory of backups, made if it is missing, - for "
                   "standard output")
      ->required();
  backup
      ->add_option("--to-slot", arguments.slot,
                   "The state after this slot; else after the last "
                   "one that the log knows to be chosen")
      ->check(CLI::PositiveNumber);
  CLI::App* restore =
      app.add_subcommand("restore", "Make the directory of a replica of a new cluster");
  restore->add_option("backup", arguments.path, "A backup, - for standard input")->required();
  restore->add_option("directory", arguments.replica.directory, "Missing or empty")->required();
  restore->add_option("--cluster", arguments.replica.cluster, "Of a number that no other one has")
      ->required()
      ->check(CLI::PositiveNumber);
  restore->add_option("--replica", arguments.replica.id.value, "Its id in the new cluster")
      ->required()
      ->check(CLI::Range(1U, kMaxReplicaId));
}

Verdict run(const CLI::App& app, Arguments& arguments) {
  if (app.got_subcommand("backup")) return back_up(arguments);
  if (app.got_subcommand("restore")) return make_replica(arguments);
  if (app.got_subcommand("repair")) {
    return repair(arguments.path, arguments.members, arguments.patience);
  }
  return inspect(arguments, app.got_subcommand("dump"));
}

}  // namespace
}  // namespace decree::tools

int main(int argc, char** argv) {
  using namespace decree::tools;
  CLI::App app{
      "Looks at the log of a Decree replica, repairs it, takes backups of it, and makes new\n"
      "clusters of them. verify and dump change nothing. A replica that is started repairs "
      "itself,\n"
      "too, before it votes.\n"
      "Exit status: 0 good, or done; 1 torn end, which is harmless; 2 damaged: a directory can be\n"
      "repaired from the peers, a backup is to be taken from another replica, or of no use;\n"
      "3 damaged so that the replica refuses to start, or the slot is not here; 4 not "
      "to be read or\nwritten, or wrong usage."};
  std::signal(SIGPIPE, SIG_IGN);
  try {
    Arguments arguments;
    declare(app, arguments);
    app.parse(argc, argv);
    return status_of(run(app, arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::unreadable);
  } catch (const std::exception& error) {
    return status_of({Exit::unreadable, error.what()});
  }
}
