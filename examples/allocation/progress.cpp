#include "progress.hpp"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace shop {

namespace {
constexpr int width = 40;
}

progress::progress(std::string what, std::uint64_t of)
    : what_(std::move(what)), of_(of), shown_(::isatty(STDERR_FILENO) == 1) {
    at(0);
}

progress::~progress() {
    if (shown_) std::cerr << '\n';
}

void progress::at(std::uint64_t done) {
    if (!shown_) return;
    auto const percent = of_ == 0 ? 100 : static_cast<int>(std::min(done, of_) * 100 / of_);
    if (percent == percent_) return;
    percent_ = percent;
    auto const full = static_cast<std::size_t>(percent * width / 100);
    std::cerr << '\r' << what_ << " [" << std::string(full, '#') << std::string(width - full, ' ')
              << "] " << percent << " %" << std::flush;
}

}  // namespace shop
