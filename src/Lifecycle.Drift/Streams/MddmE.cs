namespace Lifecycle.Drift;

/// <summary>
/// McDiarmid Drift Detection Method with exponential weights (Pesaranghader, Viktor and Paquet 2018); see <see cref="MddmA"/>. Takes 0
/// and 1 (1 = error).
/// </summary>
public sealed class MddmE : StreamDetector<MddmE>
{
    private McDiarmidWindow _window;

    /// <summary>Values in the window; 100.</summary>
    public int Window { get; init => field = Setting.Whole(value, 2, 100_000, "100"); } = 100;

    /// <summary>Weights are e^(rate i), i counted from the oldest value; 0.01.</summary>
    public double Rate { get; init => field = Setting.Positive(value, "0.01"); } = 0.01;

    /// <summary>Confidence δ of a drift; 1e-6.</summary>
    public double Delta { get; init => field = Setting.Share(value, "1e-6"); } = 1e-6;

    /// <summary>Confidence of a warning; 5e-6.</summary>
    public double WarningDelta { get; init => field = Setting.Share(value, "5e-6"); } = 5e-6;

    private protected override double Level => -Math.Log(Delta);

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override MddmE At(double level, StreamLaw law) => new()
    {
        Window = Window, Rate = Rate, Delta = McDiarmidWindow.Delta(level), WarningDelta = McDiarmidWindow.Delta(level + Math.Log(Delta / WarningDelta)), Strict = Strict,
    };

    private protected override void Detach() => _window = default;

    private protected override void Begin()
    {
        SetLevels(Level, -Math.Log(WarningDelta));
        if (_window.IsMade)
        {
            _window.Clear();
        }
        else
        {
            _window = new McDiarmidWindow(Window, Math.Exp(Rate));
        }
    }

    private protected override double Advance(double value) => _window.Advance(value);

    private protected override void Transfer(DetectorState state) => _window.Transfer(state);

    private protected override string Describe() => Text($"MddmE(Window {Window}, Rate {Rate}, Delta {Delta}, WarningDelta {WarningDelta})");
}
