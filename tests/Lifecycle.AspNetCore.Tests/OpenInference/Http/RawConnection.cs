using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>A socket that speaks HTTP as bytes: for what no client library sends, and for counting without a client's own allocations.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _length;

    public RawConnection(Uri address)
    {
        _socket.SendTimeout = _socket.ReceiveTimeout = (int)WireClient.Hang.TotalMilliseconds;
        _socket.Connect("127.0.0.1", address.Port);
    }

    public static byte[] Request(string path, string body, string method = "POST") => Encoding.Latin1.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    /// <summary>Reads one answer; allocates nothing.</summary>
    /// <returns>Its status; 0 when the server closed the connection before its first byte.</returns>
    /// <exception cref="IOException">The answer ended early.</exception>
    public int Receive() => Receive(out _);

    /// <inheritdoc cref="Receive()"/>
    public int Receive(out ReadOnlySpan<byte> body)
    {
        _length = 0;
        body = default;
        int head;
        while ((head = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!More())
            {
                return _length == 0 ? 0 : throw new IOException("The answer ended in its headers.");
            }
        }

        ReadOnlySpan<byte> headers = _buffer.AsSpan(0, head + 2);
        int status = Number(headers["HTTP/1.1 ".Length..]);
        int start = head + 4;
        int at = headers.IndexOf("Content-Length: "u8);
        if (at >= 0)
        {
            int length = Number(headers[(at + "Content-Length: ".Length)..]);
            while (_length < start + length)
            {
                MustHaveMore();
            }

            body = _buffer.AsSpan(start, length);
        }
        else if (headers.IndexOf("Transfer-Encoding: chunked"u8) >= 0)
        {
            while (!_buffer.AsSpan(start, _length - start).EndsWith("0\r\n\r\n"u8))
            {
                MustHaveMore();
            }

            body = _buffer.AsSpan(start, _length - start);
        }

        return status;
    }

    public void Dispose() => _socket.Dispose();

    private static int Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out int number, out _) ? number : throw new IOException("The answer is no HTTP.");

    private void MustHaveMore()
    {
        if (!More())
        {
            throw new IOException("The answer ended in its body.");
        }
    }

    private bool More()
    {
        int received = _socket.Receive(_buffer.AsSpan(_length));
        _length += received;
        return received > 0;
    }
}
