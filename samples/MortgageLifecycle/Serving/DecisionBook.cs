using System.Collections.Concurrent;
using Lifecycle.Serving;

namespace MortgageLifecycle.Serving;

/// <summary>Which version decided which application, as told by the host with every answer.</summary>
internal sealed class DecisionBook : IInferenceSink<Application, Decision>
{
    private readonly ConcurrentDictionary<int, (InferenceStamp Stamp, bool Approved, float Score)> _decisions = [];

    public void Record(in InferenceStamp stamp, Application input, Decision output) =>
        _decisions[input.Number] = (stamp, output.Approved, output.Approval);

    public (InferenceStamp Stamp, bool Approved, float Score) this[int application] => _decisions[application];

    public int Count => _decisions.Count;
}
