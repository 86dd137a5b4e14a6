// The entry that libFuzzer calls; compiled for each target, which DIPTYCH_FUZZ_TARGET names.
#include "fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
    diptych::fuzz::DIPTYCH_FUZZ_TARGET({reinterpret_cast<char const*>(bytes), size});
    return 0;
}
