#include "bench/peers/lineup.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "bench/replica_group.h"

namespace decree::bench {
namespace {

/// The same failure, of this system.
[[noreturn]] void fail(const std::string& name, const std::exception& error,
                       const std::string& log_tail) {
  throw std::runtime_error(fmt::format("{}: {}\n{}", name, error.what(), log_tail));
}

}  // namespace

Lineup::Lineup(const std::vector<SystemKind>& kinds, const std::string& directory) {
  for (const SystemKind& kind : kinds) {
    const std::string own = fmt::format("{}/{}", directory, kind.name);
    std::filesystem::create_directories(own);
    try {
      places_.push_back({.name = kind.name, .system = kind.start(own)});
    } catch (const std::exception& error) {
      fail(kind.name, error, {});
    }
  }
}

void Lineup::warm_up(const LoadRequest& request) {
  for (Place& place : places_) {
    take_turn(place, request);
  }
  for (Place& place : places_) {
    place.repeated_runs = 0;
  }
  waiting_cpu_us_ = 0;
  measured_us_ = 0;
}

std::vector<Measurement> Lineup::measure_round(const LoadRequest& request) {
  std::vector<Measurement> measured(places_.size());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const std::size_t turn = (rounds_ + i) % places_.size();
    measured[turn] = take_turn(places_[turn], request);
  }
  ++rounds_;
  return measured;
}

Measurement Lineup::take_turn(Place& place, const LoadRequest& request) {
  System& system = *place.system;
  Measurement measurement;
  try {
    run_until_it_counts([&] {
      system.take_turn();
      const std::int64_t others = cpu_us_of_others(place);
      const std::int64_t start = now_ns();
      measurement = measure([&](const LoadRequest& load) { return system.load(load); },
                            [&] { return system.cpu_us(); }, request);
      measured_us_ += (now_ns() - start) / 1000;
      waiting_cpu_us_ += cpu_us_of_others(place) - others;
      system.end_turn();
      place.repeated_runs += measurement.load.problem.empty() ? 0U : 1U;
      return measurement.load.problem;
    });
  } catch (const std::exception& error) {
    fail(place.name, error, system.log_tail());
  }
  return measurement;
}

std::int64_t Lineup::cpu_us_of_others(const Place& place) const {
  std::int64_t sum = 0;
  for (const Place& other : places_) {
    sum += &other == &place ? 0 : other.system->cpu_us();
  }
  return sum;
}

std::vector<std::string> Lineup::versions() const {
  std::vector<std::string> versions;
  for (const Place& place : places_) {
    versions.push_back(place.system->version());
  }
  return versions;
}

std::vector<std::size_t> Lineup::repeated_runs() const {
  std::vector<std::size_t> runs;
  for (const Place& place : places_) {
    runs.push_back(place.repeated_runs);
  }
  return runs;
}

double Lineup::waiting_share() const {
  return static_cast<double>(waiting_cpu_us_) / static_cast<double>(measured_us_);
}

}  // namespace decree::bench
