#include "sim/shrink.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/worker.h"

namespace decree::sim {

namespace {

constexpr std::size_t kMostRuns = 300;

class Shrinker {
 public:
  Shrinker(std::uint64_t seed, const Shape& shape, const Subject& subject)
      : seed_(seed), subject_(subject) {
    best_.shape = shape;
  }

  Shrunk go() {
    if (!fails(best_.shape)) return std::move(best_);
    shorten();
    drop_faults();
    calm();
    fewer_clients();
    shorten();
    drop_faults();
    return std::move(best_);
  }

 private:
  /// Keeps the shape if it still fails.
  bool fails(const Shape& shape) {
    if (best_.runs == kMostRuns) return false;
    ++best_.runs;
    const std::string failure = run_apart(draw_plan(seed_, shape), subject_);
    if (failure.empty()) return false;
    best_.shape = shape;
    best_.failure = failure;
    return true;
  }

  [[nodiscard]] std::vector<std::size_t> faults_left() const {
    Shape all = best_.shape;
    all.without.clear();
    const Plan plan = draw_plan(seed_, all);
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < plan.faults.size(); ++i) {
      const auto& without = best_.shape.without;
      const bool gone = std::find(without.begin(), without.end(), i) != without.end();
      if (!gone && plan.faults[i].at < plan.active) left.push_back(i);
    }
    return left;
  }

  bool fails_without(std::span<const std::size_t> more) {
    Shape shape = best_.shape;
    shape.without.insert(shape.without.end(), more.begin(), more.end());
    std::sort(shape.without.begin(), shape.without.end());
    return fails(shape);
  }

  /// Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (2002), without
  /// its step to subsets: ever smaller parts are left out.
  void drop_faults() {
    for (std::size_t part = std::max<std::size_t>(faults_left().size(), 1);;
         part = (part + 1) / 2) {
      std::vector<std::size_t> left = faults_left();
      for (std::size_t at = 0; at < left.size();) {
        const std::size_t count = std::min(part, left.size() - at);
        if (fails_without(std::span(left).subspan(at, count))) {
          left.erase(left.begin() + static_cast<std::ptrdiff_t>(at),
                     left.begin() + static_cast<std::ptrdiff_t>(at + count));
        } else {
          at += count;
        }
      }
      if (part <= 1) return;
    }
  }

  void calm() {
    Shape shape = best_.shape;
    shape.calm_network = true;
    fails(shape);
    shape = best_.shape;
    shape.calm_disk = true;
    fails(shape);
  }

  void fewer_clients() {
    for (std::uint32_t clients = 1; clients < draw_plan(seed_, best_.shape).clients; ++clients) {
      Shape shape = best_.shape;
      shape.clients = clients;
      if (fails(shape)) return;
    }
  }

  void shorten() {
    for (const std::int64_t parts : {8, 4, 2}) {
      for (;;) {
        Shape shape = best_.shape;
        const Duration active = draw_plan(seed_, shape).active;
        shape.active = {active.ns - active.ns / parts * (parts == 2 ? 1 : parts - 1)};
        if (shape.active.ns >= active.ns || shape.active.ns < 1'000'000 || !fails(shape)) break;
      }
    }
  }

  std::uint64_t seed_;
  const Subject& subject_;
  Shrunk best_;
};

}  // namespace

Shrunk shrink(std::uint64_t seed, const Shape& shape, const Subject& subject) {
  return Shrinker(seed, shape, subject).go();
}

}  // namespace decree::sim
