#include <diptych/environment.hpp>

namespace diptych {

std::uint64_t environment::random() const {
    // splitmix64 (Steele, Lea, Flood 2014): every seed gives a full-period sequence.
    auto z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

std::string environment::new_id() const {
    auto const high = random();
    return to_string(
        make_uuid_v7(std::chrono::time_point_cast<std::chrono::milliseconds>(now), high, random())
    );
}

}  // namespace diptych
