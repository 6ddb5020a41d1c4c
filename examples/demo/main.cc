// Three replicas, one is killed, nothing is lost: see it happen.
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "examples/demo/narrator.h"
#include "examples/demo/scenario.h"
#include "examples/demo/temporary_directory.h"

namespace {

namespace fs = std::filesystem;
using decree::demo::Narrator;

struct Settings {
  double seconds = 10;
  bool keep = false;
  std::string directory;
};

fs::path beside_this_program(const std::string& name) {
  return fs::read_symlink("/proc/self/exe").parent_path() / name;
}

bool loses_everything_at_power_off(const fs::path& directory) {
  struct statfs about {};
  return ::statfs(directory.c_str(), &about) == 0 && about.f_type == TMPFS_MAGIC;
}

void tell_where(const Narrator& narrator, const fs::path& directory) {
  narrator.print(
      fmt::format("Logs and outputs are kept in {0}. To look at the log of replica 1:\n"
                  "  {1} verify {0}/replica-1\n",
                  directory.string(), beside_this_program("decree-wal").string()));
}

int run(const Settings& settings) {
  const fs::path parent = settings.directory.empty() ? beside_this_program("..").lexically_normal()
                                                     : fs::path(settings.directory);
  decree::demo::TemporaryDirectory directory(parent, "demo-");
  const Narrator narrator;
  narrator.print("Three replicas, one is killed, nothing is lost.\n\n");
  narrator.say("directory", "{}{}", directory.path().string(),
               loses_everything_at_power_off(directory.path())
                   ? " (on tmpfs: nothing is durable there, choose another --directory)"
                   : "");
  bool good = false;
  try {
    decree::demo::Scenario scenario(beside_this_program("decree-kv"), directory.path(),
                                    settings.seconds, narrator);
    good = scenario.run();
    narrator.print(narrator.bold(good ? "Nothing lost, nothing duplicated, three equal states.\n"
                                      : "FAILED: see the table.\n"));
  } catch (const std::exception& error) {
    narrator.print(fmt::format("FAILED: {}\n", error.what()));
  }
  if (settings.keep || !good) {
    directory.keep();
    tell_where(narrator, directory.path());
  }
  return good ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  Settings settings;
  CLI::App app(
      "Starts three replicas of decree-kv on this machine, loads them, kills the leader with kill "
      "-9,\n"
      "takes it back, and checks that every acknowledged write is there, once.");
  app.add_option("--seconds", settings.seconds, "How long the load lasts")
      ->check(CLI::Range(2.0, 3600.0))
      ->capture_default_str();
  app.add_flag("--keep", settings.keep, "Keep the logs, and say how to look at them");
  app.add_option(
      "--directory", settings.directory,
      "Where to make the replicas' directories, on a real disk (default: the build folder)");
  CLI11_PARSE(app, count, arguments);
  try {
    return run(settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "decree-demo: {}\n", error.what());
    return 1;
  }
}
