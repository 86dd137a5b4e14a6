#include <diptych/clock.hpp>

#include <sys/random.h>

#include <array>

namespace diptych {

namespace {

class machine_clock final : public clock {
public:
    timestamp now() override {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now()
        );
    }
};

class machine_random final : public random_source {
public:
    std::uint64_t next() override {
        thread_local std::array<std::uint64_t, 64> numbers;
        thread_local std::size_t left = 0;
        if (left == 0) {
            while (::getrandom(numbers.data(), sizeof numbers, 0) !=
                   static_cast<ssize_t>(sizeof numbers)) {
            }
            left = numbers.size();
        }
        return numbers[--left];
    }
};

}  // namespace

clock& system_clock() {
    static machine_clock machine;
    return machine;
}

random_source& system_random() {
    static machine_random machine;
    return machine;
}

}  // namespace diptych
