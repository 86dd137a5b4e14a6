// The compiled part of Boost.Asio and Boost.Beast, once for all files of this layer.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
