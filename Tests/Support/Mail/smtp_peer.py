"""A mail server on loopback: aiosmtpd with STARTTLS, TLS and AUTH, or one that does not behave.

usage: smtp_peer.py PORT MODE FOLDER; each mail taken is one line of JSON in FOLDER/mails.
Modes: plain, starttls, tls, auth (STARTTLS and AUTH); strip (offers no STARTTLS), inject (talks behind STARTTLS),
busy (421), flood (says too much), lines (says nothing, without end), silent, garbage. Those that behave refuse x@… for good
and grey@… the first time.
"""
import asyncio, base64, email, email.header, email.policy, json, socket, ssl, sys

port, mode, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]


class Keeper:
    greeted = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("grey@") and address not in Keeper.greeted:
            Keeper.greeted.add(address)
            return "450 try again later"
        if address.startswith("x@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        with open(folder + "/mails", "a") as mails:
            mails.write(json.dumps({
                "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": str(message["subject"]),
                "fields": message.keys(), "body": message.get_content(), "tls": server.transport.get_extra_info("ssl_object") is not None,
                "user": session.auth_data.login.decode() if session.auth_data else None,
                "id": message["message-id"], "date": message["date"].datetime.isoformat(),
                "longest": max(len(line) for line in envelope.original_content.split(b"\r\n")),
            }) + "\n")
        return "250 taken"


def misbehave():
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        peer, _ = listener.accept()
        try:
            if mode == "silent":
                peer.recv(1)
            elif mode == "garbage":
                peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            elif mode == "busy":
                peer.sendall(b"421 too busy\r\n")
            elif mode == "flood":
                while True:
                    peer.sendall(b"220-" + b"x" * 1000 + b"\r\n")
            elif mode == "lines":
                while True:
                    peer.sendall(b"220-\n" * 200)
            else:
                peer.sendall(b"220 hello\r\n")
                peer.recv(1000)
                if mode == "strip":
                    peer.sendall(b"250-hello\r\n250 AUTH PLAIN\r\n")
                else:
                    peer.sendall(b"250-hello\r\n250 STARTTLS\r\n")
                    peer.recv(1000)
                    peer.sendall(b"220 go on\r\n250-hello\r\n250 AUTH PLAIN\r\n")
                with open(folder + "/heard", "ab") as heard:
                    heard.write(peer.recv(1000))
        except OSError:
            pass
        peer.close()


if mode in ("strip", "inject", "busy", "flood", "lines", "silent", "garbage"):
    misbehave()

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/server.crt", folder + "/server.key")


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"u" and data.password == "p\u00e4ss".encode()
    return AuthResult(success=good, handled=False, auth_data=data)


def make():
    needs = mode in ("starttls", "auth")
    return SMTP(
        Keeper(), hostname="peer", tls_context=context if needs else None, require_starttls=needs,
        auth_required=mode == "auth", authenticator=authenticate if mode == "auth" else None, enable_SMTPUTF8=False)


async def serve():
    server = await asyncio.get_running_loop().create_server(
        make, "127.0.0.1", port, ssl=context if mode == "tls" else None)
    await server.serve_forever()


asyncio.run(serve())
