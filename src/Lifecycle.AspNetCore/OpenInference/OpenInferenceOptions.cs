namespace Lifecycle.AspNetCore;

/// <summary>How the Open Inference Protocol V2 is spoken: limits of a request, the name of the server, the dialect.</summary>
public sealed class OpenInferenceOptions
{
    /// <summary>The name that <c>GET /v2</c> answers. <c>lifecycle</c> by default; some clients of Triton look for <c>triton</c>.</summary>
    public string ServerName { get; set; } = "lifecycle";

    /// <summary>Whose habits are followed where servers of the protocol differ.</summary>
    public InferenceDialect Dialect { get; set; }

    /// <summary>Who may load and unload models over HTTP.</summary>
    public AdminPlane Admin { get; } = new();

    /// <summary>Most bytes of a body, also after decompression. 16 MiB by default. The host's own limit holds too; the smaller wins.</summary>
    public int MaxBodyBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Most elements of all inputs of a request together. 4,000,000 by default.</summary>
    public int MaxElements { get; set; } = 4_000_000;

    /// <summary>Most rows of a request. 10,000 by default.</summary>
    public int MaxRows { get; set; } = 10_000;

    /// <summary>Most inputs of a request. 256 by default.</summary>
    public int MaxInputs { get; set; } = 256;

    /// <summary>Most outputs that a request asks for. 256 by default.</summary>
    public int MaxOutputs { get; set; } = 256;

    /// <summary>Most members of one <c>parameters</c> object, and of any other object of a request. 64 by default.</summary>
    public int MaxParameters { get; set; } = 64;

    /// <summary>How deep objects and arrays may lie in each other. 64 by default.</summary>
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>Most characters of a request's <c>id</c>. 256 by default.</summary>
    public int MaxIdLength { get; set; } = 256;

    /// <summary>Most bytes of one element of a <c>BYTES</c> tensor. 1 MiB by default.</summary>
    public int MaxTextBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Whether typed predictions refuse null for a member whose type takes none (<c>string</c> as against <c>string?</c>), and a row that lacks a parameter of the
    /// constructor without a default, although the application's JSON options do not ask for it. True by default. When false,
    /// <c>RespectNullableAnnotations</c> and <c>RespectRequiredConstructorParameters</c> of these options decide.
    /// </summary>
    public bool StrictTypedRows { get; set; } = true;

    /// <summary>Whether all limits can be kept; called once, when the endpoints are mapped.</summary>
    /// <exception cref="ArgumentException">A limit is below 1, or the server has no name.</exception>
    internal void Check()
    {
        Positive(MaxBodyBytes, nameof(MaxBodyBytes));
        Positive(MaxElements, nameof(MaxElements));
        Positive(MaxRows, nameof(MaxRows));
        Positive(MaxInputs, nameof(MaxInputs));
        Positive(MaxOutputs, nameof(MaxOutputs));
        Positive(MaxParameters, nameof(MaxParameters));
        Positive(MaxJsonDepth, nameof(MaxJsonDepth));
        Positive(MaxIdLength, nameof(MaxIdLength));
        Positive(MaxTextBytes, nameof(MaxTextBytes));
        if (string.IsNullOrEmpty(ServerName))
        {
            throw new ArgumentException($"{nameof(OpenInferenceOptions)}.{nameof(ServerName)} is empty; give the server a name.");
        }
    }

    private static void Positive(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentException($"{nameof(OpenInferenceOptions)}.{name} is {value}; set it to 1 or more.");
        }
    }
}

/// <summary>Whose habits the endpoints of the Open Inference Protocol follow where servers differ.</summary>
public enum InferenceDialect
{
    /// <summary>The protocol as written: health answers have a body, numbers that are not finite are JSON strings.</summary>
    Default,

    /// <summary>As Triton answers: health answers are empty, not ready is 400, <c>NaN</c> and <c>Infinity</c> stand bare in the JSON.</summary>
    Triton,
}
