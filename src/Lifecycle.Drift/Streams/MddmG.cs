namespace Lifecycle.Drift;

/// <summary>
/// McDiarmid Drift Detection Method with geometric weights (Pesaranghader, Viktor and Paquet 2018); see <see cref="MddmA"/>. Takes 0 and
/// 1 (1 = error).
/// </summary>
public sealed class MddmG : StreamDetector<MddmG>
{
    private McDiarmidWindow _window;

    /// <summary>Values in the window; 100.</summary>
    public int Window { get; init => field = Setting.Whole(value, 2, 100_000, "100"); } = 100;

    /// <summary>Factor between the weights of a value and the one before it; 1.01.</summary>
    public double Ratio { get; init => field = Setting.Positive(value, "1.01"); } = 1.01;

    /// <summary>Confidence δ of a drift; 1e-6.</summary>
    public double Delta { get; init => field = Setting.Share(value, "1e-6"); } = 1e-6;

    /// <summary>Confidence of a warning; 5e-6.</summary>
    public double WarningDelta { get; init => field = Setting.Share(value, "5e-6"); } = 5e-6;

    private protected override double Level => -Math.Log(Delta);

    private protected override ValueDomain Domain => ValueDomain.Binary;

    private protected override MddmG At(double level, StreamLaw law) => new()
    {
        Window = Window, Ratio = Ratio, Delta = McDiarmidWindow.Delta(level), WarningDelta = McDiarmidWindow.Delta(level + Math.Log(Delta / WarningDelta)), Strict = Strict,
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
            _window = new McDiarmidWindow(Window, Ratio);
        }
    }

    private protected override double Advance(double value) => _window.Advance(value);

    private protected override void Transfer(DetectorState state) => _window.Transfer(state);

    private protected override string Describe() => Text($"MddmG(Window {Window}, Ratio {Ratio}, Delta {Delta}, WarningDelta {WarningDelta})");
}
