// Drawings of what was measured, by gnuplot.
#ifndef DECREE_BENCH_PLOT_H_
#define DECREE_BENCH_PLOT_H_

#include <string>
#include <vector>

#include "bench/commit_report.h"

namespace decree::bench {

/// What gnuplot is told: latency and its floor against what was varied, and latency by percentile.
/// `rows` is not empty.
std::string plot_script(const std::string& file, const std::string& title,
                        const std::vector<CommitRow>& rows);

/// Throws std::runtime_error if there is no gnuplot, so that nobody measures for nothing.
void require_gnuplot();

/// Lets gnuplot do what `script` says, which writes `file`. Throws std::runtime_error if it fails.
void draw(const std::string& file, const std::string& script);

/// Writes an SVG. Throws std::runtime_error if gnuplot fails.
void plot(const std::string& file, const std::string& title, const std::vector<CommitRow>& rows);

}  // namespace decree::bench

#endif  // DECREE_BENCH_PLOT_H_
