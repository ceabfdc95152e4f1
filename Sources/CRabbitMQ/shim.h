#include <sys/eventfd.h>
#include <sys/time.h>

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

// Swift calls no variadic functions.
static inline amqp_rpc_reply_t punctual_amqp_login(
    amqp_connection_state_t state, const char *vhost, int heartbeat, const amqp_table_t *properties, const char *user,
    const char *password) {
    return amqp_login_with_properties(
        state, vhost, 16, AMQP_DEFAULT_FRAME_SIZE, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}
