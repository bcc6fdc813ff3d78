namespace Lifecycle.Serving;

/// <summary>
/// What the records of one arm and kind of call have in common: who answered and which columns. Made once and shared, so that a record
/// holds only what differs, and its text is made of parts that are ready.
/// </summary>
internal sealed class RecordLayout
{
    private readonly string _model;
    private readonly string _version;
    private readonly string _arm;
    private readonly InferenceRole _role;
    private readonly double _propensity;
    private readonly string? _error;
    private readonly LoggedColumn[] _columns;
    private readonly int _inputs;

    public RecordLayout(
        in InferenceStamp stamp, TensorSet inputs, TensorSet? outputs, IReadOnlyDictionary<string, ColumnRedaction>? redactions)
    {
        (_model, _version, _arm, _role, _propensity, _error) = (stamp.Model, stamp.Version, stamp.Arm, stamp.Role, stamp.Propensity, stamp.Error);
        HasOutputs = outputs is not null;
        _inputs = inputs.Count;
        _columns = new LoggedColumn[inputs.Count + (outputs?.Count ?? 0)];
        for (int i = 0; i < _columns.Length; i++)
        {
            (string name, TensorValue value) = i < _inputs ? inputs[i] : outputs![i - _inputs];
            _columns[i] = new LoggedColumn(name, value.Type, value.Shape.Rank, redactions?.GetValueOrDefault(name));
        }
    }

    public bool HasOutputs { get; }

    public ReadOnlySpan<LoggedColumn> Inputs => _columns.AsSpan(0, _inputs);

    public ReadOnlySpan<LoggedColumn> Outputs => _columns.AsSpan(_inputs);

    /// <summary>Its texts, once the writer needed them; the writer's own.</summary>
    public RecordTexts? Texts { get; set; }

    /// <summary>Whether a prediction is of this kind.</summary>
    public bool Fits(in InferenceStamp stamp, TensorSet inputs, TensorSet? outputs) =>
        stamp.Role == _role && stamp.Propensity.Equals(_propensity) && HasOutputs == outputs is not null
        && inputs.Count == _inputs && _columns.Length - _inputs == (outputs?.Count ?? 0)
        && string.Equals(stamp.Version, _version, StringComparison.Ordinal) && string.Equals(stamp.Arm, _arm, StringComparison.Ordinal)
        && string.Equals(stamp.Error, _error, StringComparison.Ordinal) && string.Equals(stamp.Model, _model, StringComparison.Ordinal)
        && Fits(Inputs, inputs) && (outputs is null || Fits(Outputs, outputs));

    /// <summary>The stamp of a record.</summary>
    public InferenceStamp Stamp(Guid id, DateTimeOffset at, TimeSpan duration, string? clientId) => new(_model, _version, id, at)
    {
        Arm = _arm, Role = _role, Propensity = _propensity, Error = _error, Duration = duration, ClientId = clientId,
    };

    private static bool Fits(ReadOnlySpan<LoggedColumn> columns, TensorSet set)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            (string name, TensorValue value) = set[i];
            LoggedColumn column = columns[i];
            if (value.Type != column.Type || value.Shape.Rank != column.Rank || !string.Equals(name, column.Name, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>One column of a layout.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its elements are in the tensor.</param>
/// <param name="Rank">Number of its dimensions.</param>
/// <param name="Redaction">How it is hidden; null when it is not.</param>
internal sealed record LoggedColumn(string Name, TensorElementType Type, int Rank, ColumnRedaction? Redaction)
{
    /// <summary>Whether nothing of it is written.</summary>
    public bool IsDropped => Redaction?.Kind == RedactionKind.Drop;

    /// <summary>What its elements are in the log.</summary>
    public TensorElementType Written => Redaction is null ? Type : TensorElementType.Bytes;
}
